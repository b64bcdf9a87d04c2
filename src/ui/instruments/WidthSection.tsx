/** The sweep of widths: what to run, losses by rate and activations by width, side by side in the standard parametrization and in µP. */
import { useSignal } from '@preact/signals';
import { Table } from '../components/Table.tsx';
import { type Line, LineChart } from '../experiments/LineChart.tsx';
import type { Look } from '../experiments/look.ts';
import {
  COORDINATE_STEPS,
  coordinateAt,
  type Parametrization,
  PARAMETRIZATIONS,
  widthModels,
  type WidthResult,
  widthResults,
  widthVerdict,
} from '../../recipe/widths/widths.ts';
import * as format from '../format.ts';
import { Controls } from './Controls.tsx';
import { Field } from './GridSection.tsx';
import { proposed, sweepWidths, widthFields as fields, widthPlan, widths } from './widths.ts';
import { words as all } from './words.ts';

const { widths: words, grid, preparing } = all;
const HEIGHT = 220;

export function WidthSection() {
  const plan = widthPlan.value;
  const shown = widths.value;
  const wanted = proposed.value;
  return (
    <section class="stack-2">
      <h2>{words.heading}</h2>
      <p class="note">{words.note}</p>
      <div class="grid-fields">
        <Field label={words.widths} value={fields.widths} placeholder={wanted.widths.join(', ')} />
        <Field label={grid.rates} value={fields.rates} placeholder={wanted.rates.map(format.rate).join(', ')} />
        <Field label={grid.tokens} value={fields.tokens} placeholder={String(wanted.tokens)} />
        <Field label={grid.seeds} value={fields.seeds} placeholder="1" />
      </div>
      {typeof plan === 'string' ? (
        <p class="problem" role="alert">
          {plan}
        </p>
      ) : (
        <Cost models={widthModels(plan).length * plan.seeds.length} rates={plan.rates.length} tokens={plan.tokens} />
      )}
      <Controls
        trial="widths"
        label={shown && shown.rows.length > 0 ? words.again : words.begin}
        begin={sweepWidths}
        disabled={typeof plan === 'string'}
        doing={doing()}
      />
      {shown && shown.rows.length > 0 && <Losses />}
      {shown && shown.coordinates.length > 0 && <Activations />}
    </section>
  );
}

const Cost = ({ models, rates, tokens }: { models: number; rates: number; tokens: number }) => (
  <p class="note">{words.cost(models, models * rates, models * rates * tokens)}</p>
);

function doing(): string {
  const at = widths.value?.at;
  if (!at) return preparing;
  const model = words.model(at.model.parametrization, at.model.width);
  return at.rate === null ? words.measuring(model, at.seed, at.share) : words.at(model, at.rate, at.seed, at.share);
}

const look = (i: number): Look => ({
  colour: `var(--series-${(i % 5) + 1})`,
  dash: ['', '6 3', '2 2.5'][i % 3]!,
  width: 1.75,
});

const write = (value: number): string => String(Number(value.toPrecision(3)));

function Losses() {
  const { rows, config, tokens, at } = widths.value!;
  const results = widthResults(rows);
  const rates = [...new Set(rows.map(({ rate }) => rate))].sort((a, b) => a - b);
  const losses = results.flatMap(({ cells }) => cells.map(({ mean }) => mean));
  const seeds = new Set(rows.map(({ seed }) => seed));
  return (
    <>
      <p class="note">{words.caption(config.preset, tokens)}</p>
      <div class="pair">
        {PARAMETRIZATIONS.map((parametrization) => (
          <LossChart
            key={parametrization}
            parametrization={parametrization}
            results={results.filter((one) => one.parametrization === parametrization)}
            rates={rates}
            losses={losses}
          />
        ))}
      </div>
      {at === null && (
        <div class="said stack-2" role="status">
          {widthVerdict(results).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
      <p class="note">
        {seeds.size < 2 && words.oneSeed} {words.kit}
      </p>
      <details>
        <summary>{words.table}</summary>
        <Table
          class="numbers-table grid-table"
          name={words.heading}
          head={[words.rate, ...results.map(({ parametrization, width }) => words.model(parametrization, width))]}
        >
          {rates.map((rate) => (
            <tr key={rate}>
              <th scope="row">{format.rate(rate)}</th>
              {results.map(({ parametrization, width, cells }) => {
                const cell = cells.find((one) => one.rate === rate);
                return (
                  <td key={`${parametrization} ${width}`} class={cell?.standing.replace(' ', '-')}>
                    {!cell ? '–' : cell.standing === 'diverged' ? grid.diverged : cell.mean.toFixed(3)}
                  </td>
                );
              })}
            </tr>
          ))}
        </Table>
      </details>
    </>
  );
}

interface LossChartProps {
  parametrization: Parametrization;
  results: readonly WidthResult[];
  rates: readonly number[];
  /** All that either picture shows. */
  losses: readonly number[];
}

/** x is the rate, as factors of two. */
function LossChart({ parametrization, results, rates, losses }: LossChartProps) {
  const place = (rate: number): number => Math.log2(rate / rates[0]!);
  const lines = results.map(({ width, cells }, i): Line => ({
    ...{ name: words.width(width), look: look(i), ring: null, marked: true },
    points: cells
      .filter(({ standing }) => standing !== 'diverged')
      .toSorted((a, b) => a.rate - b.rate)
      .map(({ rate, mean }) => [place(rate), mean] as const),
  }));
  const title = words.losses(parametrization);
  return (
    <LineChart
      {...{ title, lines, write, rule: null, least: 0.1, height: HEIGHT, beside: losses }}
      summary={summaryOf(title, lines, write)}
      to={Math.max(place(rates.at(-1)!), 1)}
      xName={words.rate}
      marks={rates.map((rate) => ({ x: place(rate), text: format.rate(rate) }))}
    />
  );
}

const summaryOf = (title: string, lines: readonly Line[], say: (value: number) => string): string =>
  lines
    .filter(({ points }) => points.length > 0)
    .map(({ name, points }) => words.summary(title, name, say(points[0]![1]), say(points.at(-1)![1])))
    .join(' ');

function Activations() {
  const { coordinates, config } = widths.value!;
  const layers = config.model.num_hidden_layers;
  const sites = [`layer ${layers}`, 'logits'];
  const site = useSignal(sites[0]!);
  const wide = [...new Set(coordinates.map(({ width }) => width))].sort((a, b) => a - b);
  const place = (width: number): number => Math.log2(width / wide[0]!);
  const say = (value: number): string => write(2 ** value);
  const beside = coordinates.filter((one) => one.site === site.value && one.rms > 0).map(({ rms }) => Math.log2(rms));
  const chart = (parametrization: Parametrization) => {
    const lines = COORDINATE_STEPS.map((step, i): Line => ({
      ...{ name: words.step(step), look: look(i), ring: null, marked: true },
      points: wide.flatMap((width) => {
        const rms = coordinateAt(coordinates, { width, parametrization }, { site: site.value, step }, 'rms');
        return rms ? [[place(width), Math.log2(rms)] as const] : [];
      }),
    }));
    const title = words.activations(parametrization);
    return (
      <LineChart
        key={parametrization}
        {...{ title, lines, rule: null, least: 2, height: HEIGHT, beside }}
        summary={summaryOf(title, lines, say)}
        write={say}
        to={Math.max(place(wide.at(-1)!), 1)}
        xName={words.wide}
        marks={wide.map((width) => ({ x: place(width), text: String(width) }))}
      />
    );
  };
  return (
    <>
      <h3 class="apart">{words.coordinates}</h3>
      <p class="note">{words.coordinatesNote(config.base.schedule.peak)}</p>
      <div class="sheets" role="group" aria-label={words.sites}>
        {sites.map((one) => (
          <button key={one} type="button" aria-pressed={one === site.value} onClick={() => (site.value = one)}>
            {words.site(one)}
          </button>
        ))}
      </div>
      <div class="pair">{PARAMETRIZATIONS.map(chart)}</div>
    </>
  );
}
