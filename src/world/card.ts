/**
 * The data card of a world: what exists, what the sources hold, what the benchmarks ask, and how far held-out text is
 * really unseen. Every figure is counted from the generated documents.
 */
import type { Blend } from '../config/run.ts';
import type { WorldCard } from '../protocol.ts';
import { chanceLevel } from '../evaluate/suite.ts';
import { benchmarks } from './benchmarks.ts';
import { type WorldCorpus, HELD_OUT } from './corpus.ts';
import { ATTRIBUTES } from './words.ts';

/** Training documents against which repeated held-out texts are counted, and held-out documents looked up. */
const COMPARED = 4096;

export function worldCard(corpus: WorldCorpus): WorldCard {
  const { world } = corpus;
  return {
    people: { qa: world.group.qa.length, current: world.group.current.length, archive: world.group.archive.length },
    facts: world.config.people * ATTRIBUTES.length,
    vocabulary: world.tokenizer.size,
    dictionaryWords: world.nativeId.length,
    sources: corpus.sources.map(({ name, description }) => {
      const texts = Array.from({ length: COMPARED }, (_, index) => corpus.text(name, index));
      const known = new Set(texts);
      const heldOut = Array.from({ length: COMPARED }, (_, index) => corpus.text(name, HELD_OUT + index));
      const pooled = corpus.poolTexts(name);
      return {
        name,
        description,
        averageTokens: corpus.averageTokens(name),
        averageBytes: texts.reduce((sum, text) => sum + text.length + 1, 0) / COMPARED, // ASCII, and the line's end
        pool: pooled && { documents: pooled.length, distinct: new Set(pooled).size, tokens: corpus.poolTokens(name)! },
        heldOutRepeated: heldOut.filter((text) => known.has(text)).length / COMPARED,
      };
    }),
    suites: benchmarks(world).map(({ name, role, description, items }) => ({
      name,
      role,
      description,
      items: items.length,
      chance: chanceLevel(items),
    })),
  };
}

/** Documents and tokens a run of `tokens` tokens draws from each source of a blend, in expectation. */
export function drawn(
  corpus: WorldCorpus,
  blend: Blend,
  tokens: number,
): { name: string; documents: number; tokens: number; passes: number | null }[] {
  const total = Object.values(blend).reduce((sum, weight) => sum + weight, 0);
  return Object.entries(blend).map(([name, weight]) => {
    const share = (tokens * weight) / total;
    const pool = corpus.poolTokens(name);
    return { name, documents: share / corpus.averageTokens(name), tokens: share, passes: pool && share / pool };
  });
}

/** The card as Markdown. */
export function renderWorldCard({ config, seed }: { config: object; seed: number }, card: WorldCard): string {
  const row = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    `# A synthetic world, seed ${seed}`,
    '',
    `\`${JSON.stringify(config)}\``,
    '',
    `${card.people.qa + card.people.current + card.people.archive} people with ${card.facts} facts: ` +
      `${card.people.qa} may be asked about in Q&A text, ${card.people.current} stand in other text only, ` +
      `${card.people.archive} are rare in the corpora of continued pretraining. ` +
      'This split is a choice that makes forgetting measurable. ' +
      'Names are put together from syllables and belong to nobody. ' +
      `${card.vocabulary} words, ${card.dictionaryWords} of which a second language translates.`,
    '',
    row(['source', 'what it is', 'tokens a document', 'bytes', 'documents', 'held-out texts seen in training']),
    row(Array<string>(6).fill('---')),
    ...card.sources.map(({ name, description, averageTokens, averageBytes, pool, heldOutRepeated }) =>
      row([
        name,
        description,
        averageTokens.toFixed(1),
        averageBytes.toFixed(0),
        pool ? `${pool.documents} (${pool.distinct} different, ${pool.tokens} tokens)` : 'endless',
        `${(100 * heldOutRepeated).toFixed(1)} %`,
      ]),
    ),
    '',
    row(['suite', 'what it asks', 'part', 'items', 'chance']),
    row(Array<string>(5).fill('---')),
    ...card.suites.map(({ name, description, role, items, chance }) =>
      row([name, description, role, items, `${(100 * chance).toFixed(1)} %`]),
    ),
    '',
  ].join('\n');
}
