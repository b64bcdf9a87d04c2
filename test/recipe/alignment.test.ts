/** Comparisons of alignment told from rows: verdicts by their intervals, and rows that every reader of results takes. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { alignmentRow, claimDifference, findings, findingsTable } from '../../src/recipe/alignment.ts';
import { alignmentArms } from '../../src/recipe/alignmentClaims.ts';
import {
  type AlignEvent,
  alignStages,
  isPreference,
  newStage,
  stageAfter,
  stagesFrom,
  usualAlignSettings,
} from '../../src/recipe/alignApi.ts';
import { resultsSchema } from '../../src/recipe/results/readResults.ts';

/** One measure of both arms, seed by seed. */
const rows = (dpo: number[], rpo: number[]) =>
  [...dpo.entries()].flatMap(([seed, value]) => [
    alignmentRow('dpo', seed, { nearTieGap: value, easy: 0 }, 1),
    alignmentRow('rpo', seed, { nearTieGap: rpo[seed]!, easy: 0 }, 2),
  ]);
const verdict = (dpo: number[], rpo: number[]) => findings('dpo-rpo', rows(dpo, rpo))[0]!.verdict;

it('calls shown or failed only what an interval does, and one seed by its name', () => {
  expect(verdict([3, 3.2, 3.1], [1, 1.1, 0.9])).toBe('shown');
  expect(verdict([1, 1.1, 0.9], [3, 3.2, 3.1])).toBe('failed');
  expect(verdict([3, 1, 2], [1, 3, 2])).toBe('tie');
  expect(verdict([3], [1])).toBe('one seed');
  // Of what a row has not measured nothing is said.
  expect(findingsTable('dpo-rpo', rows([3], [1]))).not.toContain('NaN');
  expect(findingsTable('dpo-rpo', rows([3], [1]))).toMatch(/\| 2\.00 nats \| 2\.00 \| one seed \|/);
});

it('tells differences of shares in points', () => {
  const know = { math: 0.5, code: 0.5, translation: 0.5 };
  const made = [1, 2].flatMap((seed) => [
    alignmentRow('rpo', seed, { ...know, know: 0.5 - 0.004 * seed }, 1),
    alignmentRow('dpo', seed, { ...know, know: 0.5 }, 1),
  ]);
  const keeps = findings('dpo-rpo', made).find(({ claim }) => claim.startsWith('RPO keeps'))!;
  expect(claimDifference(keeps)).toBe('−0.2 points (−0.8 … 0.5)');
});

it('has each step of a stage once, also after it went back to its last save', () => {
  const steps = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => ({ step: from + i }));
  const told = [steps(0, 8), steps(8, 16), steps(12, 20)];
  const stage = told.reduce(
    (soFar, some) => stageAfter(soFar, { kind: 'rows', rows: some, steps: 20 }),
    newStage(usualAlignSettings),
  );
  expect(stage.rows).toEqual(steps(0, 20));
  // What else is told of it stands beside, the latest of each.
  const [pairs, gaps, scores] = [[], [[1, 2]] as [number, number][], { easy: 0.5 }];
  const after = (event: AlignEvent) => stageAfter(stage, event);
  expect(after({ kind: 'pairs', pairs })).toEqual({ ...stage, pairs });
  expect(after({ kind: 'gaps', gaps })).toEqual({ ...stage, gaps });
  expect(after({ kind: 'scores', scores })).toEqual({ ...stage, scores });
  expect(after({ kind: 'work', work: 'training' })).toEqual(stage);
});

it('knows what is made from a stage, and which stages learn from pairs', () => {
  expect([...stagesFrom('dpo')]).toEqual(['dpo', 'rpo 1', 'rpo 2', 'rpo 3']);
  expect([...stagesFrom('sft')]).toEqual(['sft', 'reward', 'dpo', 'rpo 1', 'rpo 2', 'rpo 3']);
  expect([...stagesFrom('reward')]).toEqual(['reward']);
  expect(alignStages.filter(isPreference)).toEqual(['dpo', 'rpo 1', 'rpo 2', 'rpo 3']);
});

it('has rows that every reader of results takes', () => {
  const suites = { know: 0.5, math: 0.25, code: 1, translation: 0.25, reward: 3 };
  const made = [alignmentRow('base', 1, suites, 10), alignmentRow('regression', 1, { easy: 1, hard: 0.5 }, 20)];
  expect(made.map(({ average }) => average)).toEqual([0.5, 0.75]);
  // Gaps of log-probabilities, to the hundredth that a histogram needs; none where none were measured.
  const gaps = [{ chosen: 1.5, rejected: -0.503, wanted: 0.126 }];
  expect(alignmentRow('dpo', 1, {}, 1, gaps).gaps).toEqual([[2, 0.13]]);
  expect('gaps' in made[0]!).toBe(false);
  const written = JSON.stringify({ experiment: 'reward', preset: 'alignment', rows: made });
  expect(v.parse(resultsSchema, JSON.parse(written)).rows).toEqual(made);
  // What is asked no questions has an average of nothing, which JSON writes as null.
  const [row] = v.parse(resultsSchema, {
    ...{ experiment: 'f1', preset: 'ci' },
    rows: [{ ...made[0], average: null, logProb: null }],
  }).rows;
  expect([row!.average, row!.logProb]).toEqual([Number.NaN, Number.NaN]);
});

it('every recorded arm has the same five seeds, as the page says, and the list of records says so too', () => {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../public/results', name), 'utf8'));
  const recorded = read('alignment.json') as { rows: { arm: string; seed: number }[] };
  const index = read('index.json') as { preset: string; seeds: number[] }[];
  expect(index.find(({ preset }) => preset === 'alignment')!.seeds).toEqual([1, 2, 3, 4, 5]);
  for (const arm of new Set(Object.values(alignmentArms).flat())) {
    const seeds = recorded.rows.filter((row) => row.arm === arm).map(({ seed }) => seed);
    expect(seeds.sort(), arm).toEqual([1, 2, 3, 4, 5]);
  }
});

it('makes a table of arms, means and spreads, and of claims seed by seed', () => {
  const row = (arm: string, seed: number, suites: Record<string, number>) => alignmentRow(arm, seed, suites, 1);
  const made = [
    row('sft', 1, { reward: 1 }),
    row('sft', 2, { reward: 1 }),
    ...[row('dpo', 1, { reward: 1.5, easy: 0.25 }), row('dpo', 2, { reward: 2, easy: 0.75 })],
    row('rpo', 1, { easy: Number.NaN }),
    // Of no arm of this comparison.
    row('elsewhere', 1, { hard: 1 }),
  ];
  const lines = findingsTable('dpo-rpo', made).split('\n');
  expect(lines.slice(0, 6)).toEqual([
    ...['| arm | reward | easy |', '| --- | --- | --- |'],
    ...['| sft | 1.00 ± 0.00 |  |', '| dpo | 1.75 ± 0.35 | 0.50 ± 0.35 |', '| rpo |  | – |', ''],
  ]);
  expect(lines.slice(6)).toEqual([
    ...['| claim | paper | difference (95 %) | by seed |  |', '| --- | --- | --- | --- | --- |'],
    expect.stringMatching(
      /^\| DPO lifts the reward \| .* \[S\] \| 0\.75 reward \(−2\.43 … 3\.93\) \| 0\.50, 1\.00 \| tie \|$/,
    ),
    '',
  ]);
});
