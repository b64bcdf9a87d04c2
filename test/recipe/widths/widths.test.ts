/** A sweep of widths: which models it trains, what its rows say, and how it is written. */
import { describe, expect, it, test } from 'vitest';
import { presetConfig } from '../../../src/config/presets.ts';
import { coordinateCsv, coordinateTable, lossCsv, widthTable } from '../../../src/recipe/widths/table.ts';
import {
  checkWidths,
  type Coordinate,
  growth,
  type Parametrization,
  proposedWidths,
  widened,
  widthCells,
  widthConfig,
  widthModels,
  type WidthPlan,
  widthResults,
  type WidthRow,
  widthVerdict,
} from '../../../src/recipe/widths/widths.ts';

const ci = presetConfig('ci');
const D = ci.model.hidden_size;
const plan: WidthPlan = { ...proposedWidths(ci), seeds: [1, 2, 3] };

describe('a plan', () => {
  it('is this width, twice and four times it, about the preset’s peak rate, on a tenth of its tokens', () => {
    const { peak } = ci.base.schedule;
    expect(plan.widths).toEqual([D, 2 * D, 4 * D]);
    expect(plan.rates.map((rate) => Math.log2(rate / peak))).toEqual([-2, -1, 0, 1, 2]);
    expect(() => checkWidths(ci, plan)).not.toThrow();
  });

  it('trains the first width once, for there both parametrizations are the same', () => {
    expect(widthModels(plan).map(({ parametrization, width }) => `${parametrization} ${width / D}`)).toEqual([
      ...['standard 1', 'standard 2', 'standard 4'],
      ...['mup 2', 'mup 4'],
    ]);
    expect(widthCells(plan)).toHaveLength(5 * 5 * 3);
    const seeds = widthCells(plan).map(({ seed }) => seed);
    expect(seeds).toEqual(seeds.toSorted((a, b) => a - b));
  });

  it('widens by more heads of the same width, and says where µP is the standard way', () => {
    const wide = widened(ci.model, { width: 4 * D, parametrization: 'mup' }, D);
    const { num_attention_heads: H, num_key_value_heads: K, intermediate_size: F, head_dim } = ci.model;
    expect(wide).toEqual({
      ...ci.model,
      ...{ hidden_size: 4 * D, intermediate_size: 4 * F, num_attention_heads: 4 * H, num_key_value_heads: 4 * K },
      ...{ head_dim, mup_base_hidden_size: D },
    });
    expect(widened(ci.model, { width: D, parametrization: 'mup' }, D)).toEqual(ci.model);
    expect(widened(ci.model, { width: 2 * D, parametrization: 'standard' }, D)).not.toHaveProperty(
      'mup_base_hidden_size',
    );
  });

  it('gives each run its rate, seed and tokens, and nothing of the continued part', () => {
    const run = widthConfig(ci, { width: 2 * D, parametrization: 'mup', rate: 5e-3, seed: 9 }, plan);
    const perStep = run.batch.sequences * run.batch.length * run.batch.accumulation;
    expect(run).toMatchObject({ seed: 9, continued: null, base: { schedule: { peak: 5e-3 } } });
    expect(run.base.steps * perStep).toBe(plan.tokens);
  });

  test.each([
    [
      'a width without whole heads',
      { widths: [D, D + 4] },
      /Width \d+ gives no whole number of heads.*multiples of \d+/,
    ],
    ['one width', { widths: [D] }, /1 widths.*give 2 to 6/],
    ['no rate', { rates: [] }, /0 rates/],
    ['no seed', { seeds: [] }, /0 seeds/],
    ['too few tokens', { tokens: 100 }, /100 tokens/],
  ])('is refused with %s', (_, change, said) => {
    expect(() => checkWidths(ci, { ...plan, ...change })).toThrow(said);
  });

  it('names the widths that are possible where one is not', () => {
    const said = (() => {
      try {
        checkWidths(ci, { ...plan, widths: [D, D + 4] });
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    })();
    const step = Number(/multiples of (\d+)/.exec(said)![1]);
    for (const times of [1, 2, 3, 5]) {
      expect(() => widened(ci.model, { width: times * step, parametrization: 'standard' }, D)).not.toThrow();
    }
  });

  it('is refused for adapters and tied embeddings', () => {
    const model = { ...ci.model, lora: { rank: 4, alpha: 8 } };
    expect(() => checkWidths({ ...ci, model }, plan)).toThrow('turn off LoRA and tied embeddings');
  });
});

/** Rows of three seeds whose noise is the seed's own, so that rates a factor of two apart differ clearly; losses are parabolas about `best`. */
const rowsOf = (best: Record<Parametrization, number>, seeds = [1, 2, 3]): WidthRow[] =>
  widthCells({ widths: [64, 256], rates: [1e-3, 2e-3, 4e-3, 8e-3, 16e-3], tokens: 1, seeds }).map((cell) => {
    const middle = cell.width === 64 ? 8e-3 : best[cell.parametrization];
    const far = Math.log2(cell.rate / middle);
    return { ...cell, loss: far >= 3 ? null : 2 + 0.1 * far * far + 0.5 * cell.seed + 1e-3 * ((cell.seed * 7) % 3) };
  });

describe('what rows say', () => {
  const moved = rowsOf({ standard: 2e-3, mup: 8e-3 });

  it('finds the best rate of every width, its ties, and what the first width’s costs there', () => {
    const found = widthResults(moved).map(({ parametrization, width, best, carried }) => [
      ...[parametrization, width, best?.rate, carried?.rate],
      carried?.difference?.mean.toFixed(3),
    ]);
    expect(found).toEqual([
      ['standard', 64, 8e-3, 8e-3, undefined],
      ['standard', 256, 2e-3, 8e-3, '0.400'],
      ['mup', 64, 8e-3, 8e-3, undefined],
      ['mup', 256, 8e-3, 8e-3, undefined],
    ]);
  });

  it('tells how the best rate moves, and what it would cost to keep it', () => {
    expect(widthVerdict(widthResults(moved))).toEqual([
      'In the standard parametrization the best rate is 8e-3 at width 64 and 2e-3 at 256: 4 times lower. Taken to width 256, 8e-3 costs 0.400 nats a token (95 % interval 0.400 to 0.400).',
      'In µP the best rate is 8e-3 at width 64 and the same at 256.',
    ]);
  });

  it('says with one seed that noise cannot be told, with a best rate at the edge that it is, and where a rate diverges', () => {
    const [one] = widthVerdict(widthResults(rowsOf({ standard: 2e-3, mup: 8e-3 }, [1])));
    expect(one).toContain('one seed, which cannot tell it from noise');
    const [edge] = widthVerdict(widthResults(rowsOf({ standard: 1e-3, mup: 8e-3 })));
    expect(edge).toBe(
      'In the standard parametrization the best rate is 8e-3 at width 64 and 1e-3 at 256: 8 times lower; 1e-3 is the lowest that was tried. Taken to width 256, 8e-3 diverges.',
    );
    const all = moved.map((row) =>
      row.width === 256 && row.parametrization === 'standard' ? { ...row, loss: null } : row,
    );
    expect(widthVerdict(widthResults(all))[0]).toBe(
      'In the standard parametrization every rate diverges at width 256.',
    );
  });

  it('names ties, and shows no difference where they are common', () => {
    // Of a noise larger than what a factor of two costs.
    const noisy = rowsOf({ standard: 4e-3, mup: 8e-3 }).map((row) => ({
      ...row,
      loss: row.loss === null ? null : row.loss + 0.2 * Math.sin(row.rate * 1e5 * row.seed + row.width),
    }));
    const [standard] = widthVerdict(widthResults(noisy));
    expect(standard).toMatch(/tie\) at width 64 .* tie\) at 256: no difference shown, for there are common ties/);
  });

  it('counts no tie beyond a rate that is worse', () => {
    // At 4e-3 all three seeds are worse; at 8e-3 the seeds' noise hides it.
    const noise = [0, 0, 0, 0.5, 0];
    const rows = rowsOf({ standard: 1e-3, mup: 2e-3 }).map((row) => {
      const far = noise[[1e-3, 2e-3, 4e-3, 8e-3, 16e-3].indexOf(row.rate)]!;
      return { ...row, loss: (row.loss ?? 5) + far * (row.seed - 2) };
    });
    const found = widthResults(rows).find(({ parametrization, width }) => parametrization === 'mup' && width === 256)!;
    expect(found.cells.map(({ standing }) => standing)).toEqual(['worse', 'best', 'worse', 'tie', 'worse']);
    expect(found.range).toEqual([2e-3, 2e-3]);
  });

  it('says nothing of µP before a wider model was trained by it', () => {
    const standard = moved.filter(({ parametrization }) => parametrization === 'standard');
    expect(widthResults(standard).map(({ parametrization }) => parametrization)).toEqual(['standard', 'standard']);
    expect(widthResults([])).toEqual([]);
  });

  it('is written as tables and as CSV', () => {
    const table = widthTable(moved, 51_200);
    expect(table).toContain('| peak rate | width 64 | width 256 |');
    expect(table).toContain('| 2e-3 | 3.401 ± 0.288 | **3.001 ± 0.288** |');
    expect(table).toContain('| 1.6e-2 | 3.101 ± 0.288 | diverged |');
    expect(lossCsv(moved).split('\n').slice(0, 2)).toEqual([
      'parametrization,width,rate,seed,loss',
      `standard,64,0.001,1,${moved[0]!.loss ?? ''}`,
    ]);
    expect(lossCsv(moved)).toContain('standard,256,0.016,1,\n');
  });
});

describe('activations', () => {
  const read = (width: number, parametrization: Parametrization, rms: number, seed: number): Coordinate => ({
    ...{ width, parametrization, seed, rms },
    ...{ step: 10, site: 'logits', change: 2 * rms },
  });
  const coordinates = [
    read(64, 'standard', 1, 1),
    read(64, 'standard', 3, 2),
    read(256, 'standard', 16, 1),
    read(256, 'mup', 2, 1),
  ];
  const where = { site: 'logits', step: 10 };

  it('grow by the ratio of means over seeds; the first width counts for both', () => {
    expect(growth(coordinates, 'standard', where, 'rms')).toBe(8);
    expect(growth(coordinates, 'mup', where, 'change')).toBe(1);
    expect(growth(coordinates, 'mup', { site: 'logits', step: 1 }, 'rms')).toBeNull();
  });

  it('are written as a table and as CSV', () => {
    expect(coordinateTable(coordinates)).toContain('| µP | logits | 10 | 2.00 | 2.00 | 4.00 | 4.00 |');
    expect(coordinateCsv(coordinates)).toBe(
      'parametrization,width,seed,step,site,rms,change\nstandard,64,1,10,logits,1,2\nstandard,64,2,10,logits,3,6\nstandard,256,1,10,logits,16,32\nmup,256,1,10,logits,2,4\n',
    );
  });
});
