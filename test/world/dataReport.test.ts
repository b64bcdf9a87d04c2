/** What the page shows of a raw web accounts for every page, and marks words where they stand. */
import { expect, test } from 'vitest';
import { dataReport } from '../../src/world/dataReport.ts';

test('in = out + reasons at every step; marks are words; planted copies and noise are found', async () => {
  const begun: string[] = [];
  const report = await dataReport(6, 'older', (name) => begun.push(name));
  const { stages, pages, tokens, clusters, perplexities, limit, matrix, weights } = report;
  expect(begun).toEqual(stages.map(({ name }) => name));
  let before = { out: pages, tokens };
  for (const stage of stages) {
    expect(stage.in).toBe(before.out);
    expect(stage.in - stage.out).toBe(stage.reasons.reduce((sum, { count }) => sum + count, 0));
    expect(stage.tokens).toBeLessThanOrEqual(before.tokens);
    before = stage;
  }
  const [exact, , perplexity] = stages;
  expect(exact!.caught).toMatchObject({ precision: 1, recall: 1 });
  expect(perplexity!.caught!.recall).toBeGreaterThan(0.95);
  expect(perplexity!.caught!.precision).toBeGreaterThan(0.95);
  expect(perplexities.length).toBe(perplexity!.in);
  expect(matrix!.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(before.out);
  for (const { sources } of weights) expect(sources.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  // The filter's own model says it: what stays is below its limit, and nothing else.
  expect(perplexities.filter(({ value }) => value <= limit!).length).toBe(perplexity!.out);
  const ofStage = (i: number) => stages[i]!.reasons.flatMap(({ documents }) => documents);
  expect(ofStage(0).every(({ note }) => note.startsWith('the same text as p'))).toBe(true);
  expect(clusters.length).toBeGreaterThan(0);
  for (const { documents } of clusters) {
    expect(documents.length).toBeGreaterThan(1);
    for (const { note } of documents.slice(1)) expect(note).toMatch(new RegExp(`% like ${documents[0]!.id}$`));
  }
  for (const i of [1, 2, 4]) {
    const shown = [...ofStage(i), ...(i === 1 ? [] : stages[i]!.kept)];
    expect([i, shown.some(({ marks }) => marks.length > 0)]).toEqual([i, true]);
    for (const { text, marks } of shown) for (const [from, to] of marks) expect(text.slice(from, to)).toMatch(/^\S+$/);
  }
});
