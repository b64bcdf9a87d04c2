/** What a sweep of widths adds to a kit: files read back, and advice that says no more than the rows. */
import { expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { kitFiles } from '../../src/kits/kit.ts';
import { widthFiles } from '../../src/kits/widths.ts';
import { type Parametrization, widthCells, type WidthRow } from '../../src/recipe/widths/widths.ts';

const config = presetConfig('world');
const { hidden_size: D, head_dim } = config.model;

/** Three seeds, losses lowest at `best`; a factor of two costs 0.1. */
const rowsOf = (best: Record<Parametrization, number>): WidthRow[] =>
  widthCells({ widths: [D, 4 * D], rates: [1e-3, 2e-3, 4e-3, 8e-3], tokens: 1, seeds: [1, 2, 3] }).map((cell) => {
    const far = Math.log2(cell.rate / (cell.width === D ? 4e-3 : best[cell.parametrization]));
    return { ...cell, loss: 2 + 0.1 * far * far + 1e-3 * ((cell.seed * 7) % 3) * (1 + far) };
  });
const files = (rows: WidthRow[]) =>
  new Map(widthFiles({ config, tokens: 51_200, rows, coordinates: [] }).map(({ name, text }) => [name, text]));
/** One space between words, as Markdown reads it. */
const readmeOf = (rows: WidthRow[]) => files(rows).get('README.md')!.replaceAll(/\s+/g, ' ');

test('Megatron-LM is given the width and the head at which µP is the standard way, and the start', () => {
  const script = files(rowsOf({ standard: 1e-3, mup: 4e-3 })).get('megatron-lm.sh')!;
  expect(/MUP=\(\n([^)]*)\n\)/.exec(script)![1]!.trim().split(/\s+/)).toEqual([
    ...['--use-mup', '--mup-base-hidden-size', String(D), '--mup-base-head-dim', String(head_dim)],
    ...['--init-method-std', String(config.model.initializer_range)],
  ]);
});

test('transfer.csv has every model: its best, its ties, and what the first width’s best costs there', () => {
  const [head, ...lines] = files(rowsOf({ standard: 1e-3, mup: 4e-3 }))
    .get('transfer.csv')!
    .trim()
    .split('\n');
  expect(head).toBe('parametrization,width,best,lowest,highest,cost_of_first');
  const read = lines.map((line) =>
    line.split(',').map((value) => (Number.isNaN(Number(value)) ? value : Number(value))),
  );
  expect(read.map((row) => row.slice(0, 5))).toEqual([
    ['standard', D, 4e-3, 4e-3, 4e-3],
    ['standard', 4 * D, 1e-3, 1e-3, 1e-3],
    ['mup', D, 4e-3, 4e-3, 4e-3],
    ['mup', 4 * D, 4e-3, 4e-3, 4e-3],
  ]);
  expect(read.map((row) => Number(row[5]).toFixed(2))).toEqual(['0.00', '0.40', '0.00', '0.00']);
});

test('the advice is a range with its assumption, or says that there is none', () => {
  const assumption = 'This assumes that depth, batch size, tokens, data and width of a head stay as they were here';
  const held = readmeOf(rowsOf({ standard: 1e-3, mup: 4e-3 }));
  expect(held).toContain(
    `In µP, 4e-3 is the best or a tie at every width above. Try half and twice of it too. ${assumption}`,
  );
  const moved = readmeOf(rowsOf({ standard: 1e-3, mup: 2e-3 }));
  expect(moved).toContain(
    'In µP, rates from 2e-3 to 4e-3 span the best of the widths above, which have no tie in common',
  );
  // Two rates that the seeds' noise does not tell apart, at either width.
  const noise = [0, 0.1, -0.04, -0.05];
  const tied = rowsOf({ standard: 1e-3, mup: 2e-3 }).map((row) => {
    if (row.rate !== 2e-3 && row.rate !== 4e-3) return { ...row, loss: 3 + row.seed / 1000 };
    const sign = (row.rate === 2e-3) === (row.width === D) ? 1 : -1;
    return { ...row, loss: 2 + sign * (noise[row.seed]! + 0.002) };
  });
  expect(readmeOf(tied)).toContain(
    'In µP, rates from 2e-3 to 4e-3 are the best or a tie at every width above: try both ends and the middle.',
  );
  expect(readmeOf(rowsOf({ standard: 1e-3, mup: 2e-3 }).filter((row) => row.parametrization === 'standard'))).toContain(
    'there is nothing to carry over yet',
  );
});

test('a kit has it in mup/ and says so where there is a sweep, and nowhere else', () => {
  const names = (given: ReturnType<typeof kitFiles>) =>
    given.map(({ name }) => name).filter((name) => name.startsWith('mup/'));
  const sweep = { config, tokens: 1, rows: rowsOf({ standard: 1e-3, mup: 2e-3 }), coordinates: [] };
  expect(names(kitFiles(config, ['torchtitan'], sweep))).toHaveLength(5);
  expect(names(kitFiles(config, ['torchtitan']))).toEqual([]);
  const said = (given: ReturnType<typeof kitFiles>) =>
    given.find(({ name }) => name === 'README.md')!.text.includes('`mup/`');
  expect([said(kitFiles(config, ['torchtitan'], sweep)), said(kitFiles(config, ['torchtitan']))]).toEqual([
    true,
    false,
  ]);
});
