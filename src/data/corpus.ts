/** Sources of documents by name, gone through as often as stages ask: held in memory, or read from their file anew each time. */
import type { Document } from './document.ts';
import { type Documents, inMemory } from './stages/stage.ts';

export interface Corpus {
  name: string;
  /** For people: "Moby Dick, by chapter". */
  label: string;
  licence: string;
  documents: Documents<Document>;
  /** Whether all of them are in memory. */
  held: boolean;
  /** UTF-16 units of those that are, and bytes of the files of others. */
  size: number;
  /** What is to be said of how they were read, a sentence each: known once they were gone through. */
  notes(): readonly string[];
}

export const heldCorpus = (
  about: Pick<Corpus, 'name' | 'label' | 'licence'>,
  documents: readonly Document[],
  notes: readonly string[] = [],
): Corpus => ({
  ...about,
  documents: inMemory(documents),
  held: true,
  size: documents.reduce((sum, { text }) => sum + text.length, 0),
  notes: () => notes,
});

/** One source in two files. */
export const together = (first: Corpus, second: Corpus): Corpus => ({
  ...first,
  label: `${first.label}, ${second.label}`,
  documents: {
    async each(visit) {
      await first.documents.each(visit);
      await second.documents.each(visit);
    },
  },
  held: first.held && second.held,
  size: first.size + second.size,
  notes: () => [...first.notes(), ...second.notes()],
});
