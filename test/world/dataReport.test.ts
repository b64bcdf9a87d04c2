/** What the page shows of a raw web accounts for every page, and marks words where they stand. */
import { expect, test } from 'vitest';
import { dataReport } from '../../src/world/dataReport.ts';

test('in = out + reasons at every step; marks are words; planted copies and noise are found', async () => {
  const begun: string[] = [];
  const { stages, pages, tokens, clusters, perplexities, matrix, weights } = await dataReport(6, 'older', (name) =>
    begun.push(name),
  );
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
  expect(matrix.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(before.out);
  for (const { sources } of weights) expect(sources.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  const marked = [...clusters.flatMap(({ documents }) => documents), ...perplexity!.reasons[0]!.documents];
  expect(marked.some(({ marks }) => marks.length > 0)).toBe(true);
  for (const { text, marks } of marked) for (const [from, to] of marks) expect(text.slice(from, to)).toMatch(/^\S+$/);
});
