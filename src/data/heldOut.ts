import { UserError } from '../util/errors.ts';
import { documentHash } from './document.ts';
import type { Document } from './document.ts';
import { dataWords } from '../words/data.ts';

export interface Split {
  train: Document[];
  heldOut: Document[];
  /** How it was divided in the end. */
  by: 'hash' | 'tail' | 'none';
  /** Training documents left out because they equal a held-out one. */
  dropped: number;
}

/**
 * Keeps a share of one source's documents out of training, before anything else is done with them.
 *
 * 'hash': a document is held out when its hash, as a fraction of 2^32, is below `share`. The choice depends on nothing
 * but the text, so it survives other documents coming and going, and a copy of a held-out document, in whatever source,
 * is held out too. 'tail': the last `share` of the text, in the order given (the usual split of a corpus that is one
 * document). The document the cut falls in is divided; training documents equal to a held-out one are dropped.
 *
 * Below 2 / share documents a hash would keep out none or half of them by luck, and where luck is so bad with more of them:
 * those sources are split by their tail.
 */
export function splitHeldOut(documents: readonly Document[], share: number, by: 'hash' | 'tail'): Split {
  if (!(share >= 0 && share < 1)) {
    throw new UserError(dataWords.heldOut(share));
  }
  if (share === 0) return { train: [...documents], heldOut: [], by: 'none', dropped: 0 };
  if (by === 'hash' && documents.length >= 2 / share) {
    const split = splitHash(documents, share);
    if (split.train.length > 0 && split.heldOut.length > 0) return split;
  }
  return splitTail(documents, share);
}

function splitHash(documents: readonly Document[], share: number): Split {
  const split: Split = { train: [], heldOut: [], by: 'hash', dropped: 0 };
  for (const document of documents) {
    const [high] = documentHash(document.text);
    (high / 4294967296 < share ? split.heldOut : split.train).push(document);
  }
  return split;
}

function splitTail(documents: readonly Document[], share: number): Split {
  const total = documents.reduce((sum, { text }) => sum + text.length, 0);
  const cut = Math.floor(total * (1 - share));
  const train: Document[] = [];
  const heldOut: Document[] = [];
  let at = 0;
  for (const document of documents) {
    const { text } = document;
    let inside = Math.min(Math.max(cut - at, 0), text.length);
    // Both halves of a surrogate pair stay together.
    if (inside > 0 && inside < text.length && /[\udc00-\udfff]/.test(text[inside]!)) inside--;
    if (inside > 0) train.push(inside === text.length ? document : { ...document, text: text.slice(0, inside) });
    if (inside < text.length) heldOut.push(inside === 0 ? document : { ...document, text: text.slice(inside) });
    at += text.length;
  }
  const out = new Set(heldOut.map(({ text }) => text));
  const kept = train.filter(({ text }) => !out.has(text));
  return { train: kept, heldOut, by: 'tail', dropped: train.length - kept.length };
}
