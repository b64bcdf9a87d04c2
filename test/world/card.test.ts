import { expect, test } from 'vitest';
import { drawn, renderWorldCard, worldCard } from '../../src/world/card.ts';
import { WorldCorpus } from '../../src/world/corpus.ts';
import { World } from '../../src/world/world.ts';
import { WHOLE } from './configs.ts';

const world = new World(WHOLE, 1);
const corpus = new WorldCorpus(world);
const card = worldCard(corpus);

test('counts people, facts and pooled documents', () => {
  expect(card.people).toEqual({ qa: 187, current: 187, archive: 186 });
  expect(card.facts).toBe(2240);
  const qa = card.sources.find(({ name }) => name === 'qa')!;
  expect(qa.pool!.documents).toBe(400);
  expect(qa.pool!.distinct).toBeLessThanOrEqual(400);
  expect(qa.heldOutRepeated).toBe(0);
});

test('says where held-out text is seen in training: sums repeat, statements about people hardly', () => {
  const repeated = Object.fromEntries(card.sources.map(({ name, heldOutRepeated }) => [name, heldOutRepeated]));
  expect(repeated.wiki).toBeLessThan(0.01);
  expect(repeated.forum).toBeGreaterThan(0.3);
});

test('tells how often a run passes over the Q&A set', () => {
  const rows = drawn(corpus, { qa: 45, wiki: 55 }, 500_000);
  const qa = rows.find(({ name }) => name === 'qa')!;
  // 0.225 M tokens over 400 documents of 15.5: the "~35 epochs" of toy-world.md §1.
  expect(qa.passes).toBeGreaterThan(33);
  expect(qa.passes).toBeLessThan(39);
  expect(rows.find(({ name }) => name === 'wiki')!.passes).toBeNull();
});

test('renders a row for each source and suite', () => {
  const text = renderWorldCard(world, card);
  for (const { name } of [...card.sources, ...card.suites]) expect(text).toContain(`| ${name} |`);
  expect(text).not.toMatch(/NaN|undefined/);
});
