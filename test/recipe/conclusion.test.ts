import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import { changeOf, conclude, type HeldOut } from '../../src/recipe/results/conclusion.ts';
import { conclusionSentences } from '../../src/recipe/results/conclusionWords.ts';
import { planRun, raisedByQa } from '../../src/recipe/phases.ts';
import { randomNormal } from '../../src/util/random.ts';
import { recording } from '../ui/fake/recordings.ts';

const NAMES = ['legal', 'news', 'books', 'encyclopedia', 'docs', 'code', 'qa-definitions', 'qa-facts'];
const isQa = (name: string) => name.startsWith('qa-');

/** Four rows a source around its loss, the same offsets every time, and noise of `spread` of this measurement's own. */
function measured(step: number, lossOf: (name: string) => number, spread = 0): HeldOut {
  const rows = Object.fromEntries(
    NAMES.map((name, i) => [
      name,
      [-0.3, -0.1, 0.1, 0.3].map((offset, row) => lossOf(name) + offset + spread * randomNormal(step, i, row)),
    ]),
  );
  return {
    step,
    loss: Object.fromEntries(NAMES.map((name) => [name, rows[name]!.reduce((sum, x) => sum + x, 0) / 4])),
    rows,
  };
}

function concluded(set: string[], heldOut: readonly HeldOut[], lossAt: (step: number) => number = () => 3) {
  const config = resolveConfig({ preset: 'smoke', set });
  const plan = planRun(config);
  const step = Array.from({ length: plan.endStep }, (_, i) => i);
  const losses = { step, loss: step.map((i) => lossAt(i) + 0.01 * randomNormal(1, 1, i)), length: plan.endStep };
  const conclusion = conclude({ config, plan, heldOut, losses });
  return { plan, conclusion, said: conclusion ? conclusionSentences(conclusion).join(' ') : '' };
}
const { switchStep, endStep } = planRun(resolveConfig({ preset: 'smoke' })) as { switchStep: number; endStep: number };
const qaFalls = [
  measured(0, () => 5.5),
  measured(240, () => 3.2),
  measured(switchStep, (name) => (isQa(name) ? 3.5 : 3), 0.02),
  measured(endStep, (name) => (isQa(name) ? 3.1 : 3), 0.02),
];

describe('a run that switched', () => {
  test('is told by the held-out losses since the switch, QA sources apart from the rest, each with its noise', () => {
    const { conclusion, said } = concluded([], qaFalls);
    if (conclusion?.kind !== 'switched') throw new Error('no switch was seen');
    expect(conclusion).toMatchObject({ step: switchStep, end: endStep, added: true });
    expect(conclusion.raised.sources).toEqual(['qa-definitions', 'qa-facts']);
    expect(conclusion.raised.change).toBeCloseTo(-0.4, 1);
    expect(conclusion.rest!.sources).toHaveLength(6);
    expect(said).toMatch(
      /^Since the switch at step \d+ the held-out loss of the QA sources \(qa-definitions, qa-facts\) fell by 0\.[34]\d+ ± 0\.0\d+ /,
    );
    expect(said).toContain('that of the other sources (legal, news, books and 3 more) hardly moved');
    expect(said).toContain('8 and 24 held-out rows');
  });

  test('says that the QA sources rose where they did', () => {
    const worse = [...qaFalls.slice(0, 3), measured(endStep, (name) => (isQa(name) ? 3.9 : 3), 0.02)];
    expect(concluded([], worse).said).toContain('(qa-definitions, qa-facts) rose by 0.');
  });

  test('explains a jump of the training loss by the mix, measured with the same weights', () => {
    const { conclusion, said } = concluded([], qaFalls, (step) => (step < switchStep ? 3 : 3.15));
    const jump = conclusion?.kind === 'switched' ? conclusion.jump : null;
    // 30 % of the QA blend is QA text of 3.5, all else is at 3.
    expect(jump!.mix!.before).toBeCloseTo(3, 1);
    expect(jump!.mix!.after).toBeCloseTo(3.15, 1);
    expect(said).toMatch(/the training loss rose from 2\.99\d|3\.00\d to 3\.1\d+ because the text changed/);
    expect(said).toContain('harder');
  });

  test('does not give the mix as the reason where the mix is easier, and says nothing of a jump within the noise', () => {
    const easier = [...qaFalls.slice(0, 2), measured(switchStep, (name) => (isQa(name) ? 2 : 3)), qaFalls[3]!];
    expect(concluded([], easier, (step) => (step < switchStep ? 3 : 3.15)).said).toContain('the two do not compare');
    expect(concluded([], qaFalls).said).not.toContain('training loss');
  });

  test('a group that was not raised but is new elsewhere keeps to the sources whose share rose', () => {
    const { said, conclusion } = concluded(['continued.qa.books=40'], qaFalls);
    expect(conclusion).toMatchObject({ added: false });
    expect(said).toContain('of the sources the QA blend raises (books, qa-definitions, qa-facts)');
  });
});

describe('a run without a switch claims none', () => {
  test('with equal blends, whatever their weights sum to', () => {
    const general = resolveConfig({ preset: 'smoke' }).continued!.general;
    const equal = NAMES.map((name) => `continued.qa.${name}=${2 * (general[name] ?? 0)}`);
    const { conclusion, said } = concluded(equal, qaFalls);
    expect(conclusion).toMatchObject({ kind: 'unswitched', why: 'same-blend' });
    expect(said).not.toMatch(/[Ss]ince the switch/);
    expect(said).toContain('nothing switched');
    expect(planRun(resolveConfig({ preset: 'smoke', set: equal })).switchStep).toBeNull();
  });

  test('with the switch off, without a continued run, without held-out QA text', () => {
    expect(concluded(['continued.switchDivisor=0'], qaFalls).conclusion).toMatchObject({ why: 'one-blend', from: 240 });
    expect(concluded(['continued=off'], [qaFalls[0]!, qaFalls[1]!]).conclusion).toMatchObject({
      why: 'one-blend',
      from: 0,
    });
    const without = qaFalls.map(({ step, loss }) => ({
      step,
      loss: Object.fromEntries(Object.entries(loss).filter(([name]) => !isQa(name))),
    }));
    expect(concluded([], without).conclusion).toMatchObject({ why: 'unmeasured' });
  });

  test('before anything was measured after the switch there is nothing to conclude', () => {
    expect(concluded([], qaFalls.slice(0, 3)).conclusion).toBeNull();
    expect(concluded([], []).conclusion).toBeNull();
  });
});

test('the standard error is that of row by row changes: over many draws it is their spread', () => {
  const errors: number[] = [];
  const changes: number[] = [];
  for (let draw = 0; draw < 400; draw++) {
    const [from, to] = [measured(2 * draw, () => 3, 0.1), measured(2 * draw + 1, () => 2.9, 0.1)];
    const { change, error, rows } = changeOf(from, to, ['qa-definitions', 'qa-facts'])!;
    expect(rows).toBe(8);
    errors.push(error! ** 2);
    changes.push((change + 0.1) ** 2);
  }
  const rms = (squares: number[]) => Math.sqrt(squares.reduce((sum, x) => sum + x, 0) / squares.length);
  // √2 · 0.1 / √8, for eight rows each measured twice; a tenth is four standard errors of an rms of 400.
  expect(rms(changes)).toBeCloseTo(0.05, 2);
  expect(rms(errors) / rms(changes)).toBeGreaterThan(0.9);
  expect(rms(errors) / rms(changes)).toBeLessThan(1.1);
});

test('without rows a change has no noise, and none is claimed', () => {
  const bare = qaFalls.map(({ step, loss }) => ({ step, loss }));
  const { said, conclusion } = concluded([], bare);
  expect(conclusion).toMatchObject({ raised: { error: null, rows: 0 } });
  expect(said).not.toMatch(/± \d|± is/);
  expect(said).toContain('the noise is not known');
  const single = qaFalls.map(({ step, loss }) => ({
    step,
    loss,
    rows: Object.fromEntries(Object.entries(loss).map(([name, value]) => [name, [value]])),
  }));
  expect(concluded([], single).said).toContain('at least two held-out rows of every source');
  expect(concluded([], qaFalls).said).not.toContain('not known');
});

test('what rounds to 0.000 neither fell nor rose', () => {
  const still = [...qaFalls.slice(0, 3), { ...qaFalls[2]!, step: endStep }];
  expect(concluded([], still).said).toMatch(
    /\(qa-definitions, qa-facts\) did not change \(0\.000 ± 0\.000 nats a token\), and is 3\.\d{3}; that of the other sources \(.+\) did not change/,
  );
  const bare = still.map(({ step, loss }) => ({ step, loss }));
  const slight = [
    ...bare.slice(0, 3),
    { step: endStep, loss: Object.fromEntries(Object.entries(bare[2]!.loss).map(([name, x]) => [name, x - 4e-4])) },
  ];
  for (const said of [concluded([], still).said, concluded([], slight).said])
    expect(said).not.toMatch(/fell|rose|[+−]0\.000/);
});

test('the shipped recipes raise their QA sources, from the base’s blend where the QA blend comes first', () => {
  for (const [preset, raised] of [
    ['smoke', ['qa-definitions', 'qa-facts']],
    ['world', ['qa']],
    ['ci', ['qa']],
  ] as const)
    expect(raisedByQa(resolveConfig({ preset }))).toEqual(raised);
  const first = raisedByQa(resolveConfig({ preset: 'smoke', set: ['continued.switchDivisor=1'] }));
  expect(first).toEqual(expect.arrayContaining(['encyclopedia', 'qa-facts']));
});

test('real runs: the sentence has the sign of what evaluations.json has', () => {
  for (const preset of ['smoke', 'tiny'] as const) {
    const { heldOut, loss } = recording(preset);
    const config = resolveConfig({ preset });
    const plan = planRun(config);
    const conclusion = conclude({
      config,
      plan,
      heldOut,
      losses: { step: loss.map((_, i) => i), loss, length: loss.length },
    });
    const at = (wanted: number | null) => heldOut.find(({ step }) => step === wanted)!.loss;
    const change =
      ['qa-definitions', 'qa-facts'].reduce(
        (sum, name) => sum + at(plan.endStep)[name]! - at(plan.switchStep)[name]!,
        0,
      ) / 2;
    const said = conclusionSentences(conclusion!)[0];
    expect(said).toContain(
      `(qa-definitions, qa-facts) ${change < 0 ? 'fell' : 'rose'} by ${Math.abs(change).toFixed(3)} ± `,
    );
    // Measured where the continued run starts, at the switch and at the end, with rows.
    for (const step of [plan.phases[1]!.firstStep, plan.switchStep, plan.endStep]) {
      expect(Object.keys(heldOut.find((point) => point.step === step)!.rows!)).toEqual(Object.keys(at(step)));
    }
  }
});

test('a source whose loss is no number is left out', () => {
  const broken = qaFalls.map(({ step, loss, rows }) => ({
    step,
    loss: { ...loss, 'qa-facts': step === endStep ? NaN : 3 },
    rows,
  }));
  const { said } = concluded([], broken);
  expect(said).toContain('of the QA sources (qa-definitions) fell by');
  expect(said).not.toContain('NaN');
});
