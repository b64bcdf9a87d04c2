import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { finalRate, rate, switchStep } from '../../src/optim/schedule.ts';
import {
  type Arm,
  armConfig,
  armsOf,
  continuedConfig,
  EXPERIMENTS,
  experimentNamed,
  experimentsNamed,
} from '../../src/recipe/experiments.ts';
import {
  difference,
  type ExperimentResults,
  resultsTable,
  type ResultRow,
  verdicts,
} from '../../src/recipe/results/results.ts';
import {
  GENERAL_BLENDS,
  type GeneralBlendName,
  generalBlend,
  qaMix,
  qaShareScaled,
} from '../../src/recipe/variations.ts';

/** The whole world's run (toy-world.md §2). */
const BASE = presetConfig('world');
const armOf = (experiment: string, arm: string) =>
  continuedConfig(
    experimentNamed(experiment).arms.find(({ name }) => name === arm)!,
    BASE,
  );
const sum = (blend: Record<string, number>) => Object.values(blend).reduce((all, weight) => all + weight, 0);

describe('plans', () => {
  test('all hold the recipe and the pretraining blend, and their control; names are unique', () => {
    for (const { name, arms, control } of EXPERIMENTS) {
      const names = arms.map((arm) => arm.name);
      expect(new Set(names).size, name).toBe(names.length);
      expect(names).toEqual(expect.arrayContaining(['recipe', 'pretraining-blend', control]));
    }
  });
  test('are named in a list, all five findings by one word, and have each arm once', () => {
    const names = (list: string) => experimentsNamed(list).map(({ name }) => name);
    expect([names('f4,f1,f4'), names('All')]).toEqual([
      ['f4', 'f1'],
      ['f1', 'f2', 'f3', 'f4', 'f5'],
    ]);
    const arms = armsOf(experimentsNamed('f1,f4'));
    const all = experimentsNamed('f1,f4').flatMap((one) => one.arms.map(({ name }) => name));
    expect(arms.length).toBeLessThan(all.length);
    expect(new Set(arms.map(({ name }) => name))).toEqual(new Set(all));
    expect(new Set(arms.map(({ name }) => name)).size).toBe(arms.length);
  });

  test('an arm of one name is the same arm in every experiment', () => {
    const seen = new Map<string, string>();
    for (const { arms } of EXPERIMENTS) {
      for (const arm of arms) {
        const resolved = JSON.stringify(continuedConfig(arm, BASE));
        expect(seen.get(arm.name) ?? resolved, arm.name).toBe(resolved);
        seen.set(arm.name, resolved);
      }
    }
  });
  test("give every arm the recipe's tokens, but for the horizons", () => {
    for (const { name, arms } of EXPERIMENTS) {
      if (name !== 'f5') for (const arm of arms) expect(continuedConfig(arm, BASE).steps, arm.name).toBe(976);
    }
    expect(['horizon-0.25', 'horizon-0.5', 'recipe', 'horizon-2'].map((arm) => armOf('f5', arm).steps)).toEqual([
      244, 488, 976, 1952,
    ]);
  });
  test('resolve to blends that weigh something and rates that are numbers', () => {
    for (const { arms } of EXPERIMENTS) {
      for (const arm of arms) {
        const { general, qa, schedule, steps } = continuedConfig(arm, BASE);
        for (const blend of [general, qa]) expect(sum(blend), arm.name).toBeGreaterThan(0);
        expect(
          Array.from({ length: steps }, (_, step) => rate(schedule, step, steps)).filter((value) => !(value >= 0)),
          arm.name,
        ).toEqual([]);
      }
    }
  });
  test("the recipe is the base's own continued run", () => {
    expect(armOf('f1', 'recipe')).toEqual(BASE.continued);
  });
  test('an unknown experiment, and a base without a continued run, are refused in a sentence', () => {
    expect(() => experimentNamed('f9')).toThrow(/no experiment "f9"; choose one of f1, f2/);
    expect(experimentNamed('F2').name).toBe('f2');
    expect(() => continuedConfig(experimentNamed('f1').arms[0]!, { ...BASE, continued: null })).toThrow(
      /"world" has no continued run/,
    );
  });
});

describe('arms', () => {
  test('can have anything otherwise that a configuration can say, and what follows from it follows', () => {
    const recipe = experimentNamed('f1').arms.find(({ name }) => name === 'recipe')!;
    const own = (changes: Arm['changes'], base = BASE) => armConfig({ ...recipe, changes }, base);
    expect(own(undefined)).toEqual(BASE);
    const wider = own({ 'model.hidden_size': 128, 'base.schedule.peak': 0.002 });
    expect([wider.model.hidden_size, wider.model.intermediate_size]).toEqual([128, 512]);
    expect(wider.base.schedule.peak).toBe(0.002);
    expect(wider.continued!.keepMoments).toBe(false);
    const text = presetConfig('small');
    const spelt = own({ tokenizer: 'byte' }, text);
    expect([spelt.tokenizer, spelt.model.vocab_size]).toEqual([{ kind: 'byte' }, 260]);
    expect(spelt.base).toEqual(text.base);
    expect(() => own({ tokenizer: 'byte' })).toThrow(/choose the tokenizer word/);
    expect(() => own({ 'model.colour': 'red' })).toThrow(/colour/);
  });

  test("re-warm in 5 % of the steps from the base's final rate to a multiple of its peak, then to a hundredth", () => {
    const { schedule, steps, switchShare } = armOf('f3', 'rewarm-2');
    expect(rate(schedule, 0, steps)).toBe(1e-3);
    expect(rate(schedule, Math.round(0.05 * steps), steps)).toBeCloseTo(1e-2, 12);
    expect(finalRate(schedule, steps)).toBeCloseTo(1e-4, 12);
    expect(switchShare).toBeCloseTo(0.711, 3);
  });
  test("switch where the rate does: the share of schedules that cannot tell is the recipe's own", () => {
    const { schedule, steps } = armOf('f1', 'recipe');
    const { switchShare } = armOf('f3', 'constant');
    expect(Math.abs(switchStep(schedule, steps, 5)! - switchShare! * steps)).toBeLessThan(1.5);
    expect(switchStep(schedule, steps, armOf('f4', 'switch-1.1').switchDivisor)! / steps).toBeCloseTo(0.2, 2);
  });
  test('mix both blends in the tokens the recipe gives each', () => {
    const { general, switchDivisor } = armOf('f2', 'qa-throughout');
    expect(switchDivisor).toBe(0);
    expect(general.qa).toBeCloseTo(0.289 * 45, 1);
    expect(general.forum).toBeCloseTo(0.711 * 4, 1);
    expect(sum(general)).toBeCloseTo(100, 9);
    const reversed = armOf('f2', 'qa-then-general');
    expect([reversed.general, reversed.qa]).toEqual([BASE.continued!.qa, BASE.continued!.general]);
    expect(reversed.switchShare).toBeCloseTo(0.289, 3);
  });
  test('start small, end at a tenth or at zero, stay constant', () => {
    expect(armOf('f3', 'small-start').schedule).toMatchObject({ peak: 1e-4, end: 1e-6 });
    expect(armOf('f3', 'end-tenth').schedule.end).toBeCloseTo(1e-4, 12);
    expect(armOf('f3', 'end-zero').schedule.end).toBe(0);
    const { schedule, steps } = armOf('f3', 'constant');
    expect([0, 500, 975].map((step) => rate(schedule, step, steps))).toEqual([1e-3, 1e-3, 1e-3]);
  });
});

describe("the paper's blends on other sources", () => {
  /** The columns of papers.md §1.5 come out again when the sources are the paper's own. */
  const PAPER = { web: 46.4, books: 3.2, news: 4.7, math: 3.3, encyclopedia: 1.5, forum: 8.9, multi: 15, code: 15 };
  test.each(Object.keys(GENERAL_BLENDS) as GeneralBlendName[])('%s keeps the proportions between sources', (name) => {
    const blend = generalBlend(name, PAPER);
    const { weights } = GENERAL_BLENDS[name];
    expect(sum(blend)).toBeCloseTo(100, 9);
    expect(blend.books! / blend.encyclopedia!).toBeCloseTo(weights.books / weights.encyclopedia, 9);
    expect(blend.math! / blend.forum!).toBeCloseTo(weights.papers / weights.misc, 9);
    expect(blend.multi).toBeCloseTo((weights.multilingual * 100) / sum(PAPER), 9);
    expect(blend.code).toBeCloseTo((weights.code * 100) / sum(PAPER), 9);
  });
  test('without web, with filtered web, or with a quarter of it', () => {
    const { blend } = BASE.base;
    expect(generalBlend('no-web', blend)).not.toHaveProperty('web');
    expect(generalBlend('filtered-web', blend)).toMatchObject({
      'web-filtered': expect.closeTo(58, 9),
      wiki: expect.closeTo(12, 9),
    });
    expect(generalBlend('upweight-non-web', blend)['web-filtered']).toBeLessThan(0.4 * 58);
    expect(() => generalBlend('no-web', { mystery: 1 })).toThrow(/"mystery" has no counterpart/);
  });
  test('QA mixes split the QA share, and starve one category', () => {
    const { qa } = BASE.continued!;
    const natural = qaMix('size-proportional', qa),
      starved = qaMix('less-stem', qa);
    for (const blend of [natural, starved]) {
      expect(blend).not.toHaveProperty('qa');
      expect(sum(blend)).toBeCloseTo(sum(qa), 9);
    }
    expect(starved['qa-arithmetic']! / natural['qa-arithmetic']!).toBeLessThan(0.5);
    expect(() => qaMix('less-stem', { web: 1 })).toThrow(/source "qa"/);
  });
  test('QA shares scale, the others make room', () => {
    const more = qaShareScaled(BASE.continued!.qa, 1.63);
    expect(more.qa).toBeCloseTo(45 * 1.63, 9);
    expect(sum(more)).toBeCloseTo(100, 9);
    expect(more.math! / more.books!).toBeCloseTo(4, 9);
    expect(qaShareScaled(BASE.continued!.qa, 9).qa).toBeCloseTo(95, 9);
  });
});

describe('results', () => {
  const row = (arm: string, seed: number, average: number): ResultRow => ({
    arm,
    seed,
    average,
    suites: { facts: average + 0.1, archive: average - 0.1 },
    heldOutLoss: { web: 2, wiki: 1 },
    flops: 1e9,
    averageWithoutRetention: average + 0.1,
    retention: average - 0.1,
  });
  const results: ExperimentResults = {
    experiment: 'f1',
    preset: 'ci',
    chance: { average: 0.125, suites: { facts: 0.125, archive: 0.125 } },
    rows: [
      row('base', 1, 0.3),
      row('base', 2, 0.5),
      row('recipe', 1, 0.5),
      row('recipe', 2, 0.71),
      row('recipe', 3, 0.6),
      row('pretraining-blend', 1, 0.4),
      row('pretraining-blend', 2, 0.6),
    ],
  };
  const f1 = experimentNamed('f1');

  test('pair arms by seed', () => {
    expect(difference(results, 'recipe', 'pretraining-blend')!.n).toBe(2);
    expect(difference(results, 'recipe', 'pretraining-blend')!.mean).toBeCloseTo(0.105, 12);
    expect(verdicts(f1, results)).toEqual([
      'recipe answers 10.5 points better than pretraining-blend and forgets 10.5 less; 10.5 points better in the mean ' +
        '(95 % interval +4.1 to +16.9, 2 seeds).',
    ]);
  });
  test("make a table with the base, the intervals, the chance level and the paper's figures", () => {
    const text = resultsTable(f1, results);
    expect(text).toContain('| `base` | before any continued training | 2 | 40.0 ± 10.0 |');
    expect(text).toContain('51.5 [T] Table 5');
    expect(text).toContain('48.9 [S]');
    expect(text).toContain('Chance: average 12.5; facts 12.5, archive 12.5.');
    expect(text).toContain('+10.5 (+4.1 to +16.9)');
    // No chance level is told of a suite that has none.
    const some = { ...results, chance: { average: 0.125, suites: { facts: 0.125 } } };
    expect(resultsTable(f1, some)).toContain('Chance: average 12.5; facts 12.5.');
    const points = '+10.5 (+4.1 to +16.9)';
    const below = '−10.0 (−10.0 to −10.0)';
    const rule = (columns: number): string => `|${' --- |'.repeat(columns)}`;
    const percent = '60.3 ± 6.1 | 70.3 ± 6.1 | 50.3 ± 6.1 | 70.3 ± 6.1 | 50.3 ± 6.1';
    expect(text.split('\n').filter((line) => line.startsWith('|') && !/^\| `(base|pre)/.test(line))).toEqual([
      '| arm |  | seeds | average | without retention | retention | facts | archive | log p | paper |',
      ...[rule(10), `| \`recipe\` | the recipe | 3 | ${percent} | – | 56.1 [T] Table 9 |`],
      '| arm | average | without retention | retention | seeds won |',
      ...[rule(5), `| \`recipe\` | ${points} | ${points} | ${points} | 2 of 2 |`],
      ...['| arm | web | wiki |', rule(3), '| `recipe` | 2.000 ± 0.000 | 1.000 ± 0.000 |'],
    ]);
    expect(text).toContain(`| \`base\` | ${below} | ${below} | ${below} | 0 of 2 |`);
    // The control is not compared with itself, and an arm without rows has no line.
    expect(text.match(/`pretraining-blend` \|/g)).toHaveLength(2);
    expect(text.match(/^\| `/gm)).toHaveLength(8);
    const bare = results.rows.map((one) => ({ ...one, heldOutLoss: {} }));
    const without = resultsTable(f1, { ...results, rows: bare });
    // A sentence, and a table of three arms below its head.
    expect(text.split('\n').length - without.split('\n').length).toBe(8);
    expect(text).not.toMatch(/NaN|undefined/);
  });
  test('open with the arm that trades most, name the trade, and fold ties into one line', () => {
    const f4 = experimentNamed('f4');
    const arm = (name: string, learnt: number, retained: number) =>
      [1, 2, 3].map((seed) => {
        const noise = 0.001 * seed * (name === 'recipe' ? 1 : -1);
        const [averageWithoutRetention, retention] = [learnt + noise, retained + noise];
        return { ...row(name, seed, (averageWithoutRetention + retention) / 2), averageWithoutRetention, retention };
      });
    const rows = [
      arm('recipe', 0.5, 0.4),
      arm('switch-1', 0.6, 0.3),
      arm('switch-2', 0.52, 0.4),
      arm('switch-10', 0.5, 0.4),
      arm('switch-50', 0.502, 0.401),
    ];
    const found = verdicts(f4, { experiment: 'f4', preset: 'ci', rows: rows.flat() });
    expect(found).toHaveLength(3);
    expect(found[0]).toMatch(
      /^switch-1 answers 9\.6 points better than recipe but forgets 10\.4 more; equal in the mean \(−0\.4 points, 95 % interval/,
    );
    expect(found[1]).toMatch(
      /^switch-2 answers 1\.6 points better than recipe and forgets as much; 0\.6 points better in the mean/,
    );
    expect(found[2]).toBe('No difference to recipe is shown in 3 seeds: switch-10, switch-50.');
    const text = resultsTable(f4, { experiment: 'f4', preset: 'ci', rows: rows.flat() });
    expect(text.split('\n')[2]).toBe(`**${found[0]}**`);
    expect(text).toContain(`\n- ${found[1]}\n- ${found[2]}\n`);
  });
  test('say so where no difference is shown, and where one seed shows none', () => {
    const tie = {
      ...results,
      rows: [...results.rows.slice(0, 5), row('pretraining-blend', 1, 0.55), row('pretraining-blend', 2, 0.6)],
    };
    expect(resultsTable(f1, tie)).toContain('no difference shown');
    const one = { ...results, rows: results.rows.filter(({ seed }) => seed === 1) };
    expect(resultsTable(f1, one)).toContain('+10.0 (one seed)');
    expect(resultsTable(f1, one)).not.toContain('NaN');
  });
});
