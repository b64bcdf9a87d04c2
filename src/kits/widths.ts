/**
 * What a sweep of widths adds to a kit, in `mup/`: its numbers, and the arguments by which Megatron-LM (core_v0.19) trains a wider base in
 * the same parametrization. For a base that is to be made: one that exists keeps the parametrization it was made in.
 */
import type { RunConfig } from '../config/run.ts';
import { coordinateCsv, coordinateTable, lossCsv, widthTable } from '../recipe/widths/table.ts';
import { type Coordinate, type WidthResult, widthResults, type WidthRow } from '../recipe/widths/widths.ts';
import type { KitFile } from './plan.ts';

export interface WidthSweep {
  /** Of the first width. */
  config: RunConfig;
  /** Of a run. */
  tokens: number;
  rows: readonly WidthRow[];
  coordinates: readonly Coordinate[];
}

const rateText = (value: number): string => Number(value.toPrecision(3)).toExponential();

export function widthFiles(sweep: WidthSweep): KitFile[] {
  const { rows, coordinates } = sweep;
  return [
    { name: 'README.md', text: readme(sweep) },
    { name: 'losses.csv', text: lossCsv(rows) },
    { name: 'coordinates.csv', text: coordinateCsv(coordinates) },
    { name: 'transfer.csv', text: transferCsv(widthResults(rows)) },
    { name: 'megatron-lm.sh', text: megatron(sweep) },
  ];
}

/** The width at which µP is the standard parametrization. */
const baseWidth = ({ rows, coordinates }: WidthSweep): number =>
  Math.min(...[...rows, ...coordinates].map(({ width }) => width));

/** A row a model: its best rate, the range of its ties, and what the first width's best rate costs there, nats a token. */
function transferCsv(results: readonly WidthResult[]): string {
  const rows = results.map(({ parametrization, width, best, range, carried }) => {
    const cost = carried?.standing === 'best' ? 0 : (carried?.difference?.mean ?? '');
    return [parametrization, width, best?.rate ?? '', range?.[0] ?? '', range?.[1] ?? '', cost].join(',');
  });
  return `${['parametrization,width,best,lowest,highest,cost_of_first', ...rows].join('\n')}\n`;
}

function megatron(sweep: WidthSweep): string {
  const { model } = sweep.config;
  return `# Arguments of Megatron-LM (core_v0.19) for a base of another width, trained from its first step: source it and add "\${MUP[@]}".
# --hidden-size and --num-attention-heads are the wider model's; --kv-channels stays ${model.head_dim}.
MUP=(
  --use-mup --mup-base-hidden-size ${baseWidth(sweep)} --mup-base-head-dim ${model.head_dim}
  --init-method-std ${model.initializer_range}
)
`;
}

/** Rates to try at another width in µP: those that are the best or a tie at every width that was trained; null: there are none. */
function commonRange(results: readonly WidthResult[]): [number, number] | null {
  const ranges = results.filter(({ parametrization }) => parametrization === 'mup').map(({ range }) => range);
  if (ranges.length < 2 || ranges.includes(null)) return null;
  const low = Math.max(...ranges.map((range) => range![0]));
  const high = Math.min(...ranges.map((range) => range![1]));
  return low <= high ? [low, high] : null;
}

function advice(results: readonly WidthResult[]): string {
  const mup = results.filter(({ parametrization, best }) => parametrization === 'mup' && best !== null);
  if (mup.length < 2) return 'No wider model was trained by µP: there is nothing to carry over yet.';
  const common = commonRange(results);
  const rates = mup.map(({ best }) => best!.rate);
  const [low, high] = common ?? [Math.min(...rates), Math.max(...rates)];
  const found = common
    ? 'are the best or a tie at every width above'
    : 'span the best of the widths above, which have no tie in common';
  return low === high
    ? `In µP, ${rateText(low)} is the best or a tie at every width above. Try half and twice of it too.`
    : `In µP, rates from ${rateText(low)} to ${rateText(high)} ${found}: try both ends and the middle.`;
}

function readme(sweep: WidthSweep): string {
  const { config, rows, coordinates, tokens } = sweep;
  const base = baseWidth(sweep);
  return `# Does the rate hold at another width?

Measured by Rekindle: preset ${config.preset}, base runs from untrained weights, ${tokens.toLocaleString('en-US')} tokens each. Heads stay ${config.model.head_dim} wide, depth, batch and data as they are.

${widthTable(rows, tokens)}
${advice(widthResults(rows))} This assumes that depth, batch size, tokens, data and width of a head stay as they were here: none of them is in it, and the best rate moves with each.

## Activations at the first steps

Root mean squares at peak rate ${rateText(config.base.schedule.peak)} without warm-up, before training (step 0) and after 1 and 10 steps; "change" is the difference to step 0. Where they grow from width to width, a rate does not hold.

${coordinates.length > 0 ? coordinateTable(coordinates) : 'Not measured.\n'}
## In Megatron-LM

\`megatron-lm.sh\` has \`--use-mup --mup-base-hidden-size ${base}\` for a base that is trained from its first step. The parametrization is the one measured here: rate and ε of the layers' matrices divided by m = width / ${base}, their start by √m, logits divided by m.

- A base that exists was made in its own parametrization: with these arguments it would compute something else. Continue it without them.
- Megatron-LM divides logits in the forward pass; the weights that Rekindle exports hold the head after that division.
- One thing differs: the gradient of the head counts m times as much in the norm that clips here.
- \`losses.csv\`, \`coordinates.csv\` and \`transfer.csv\` have every number above.
`;
}
