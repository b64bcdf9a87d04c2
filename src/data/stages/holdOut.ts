/** A share of one source's documents is kept out of training, before anything else is done with them. */
import { UserError } from '../../util/errors.ts';
import { dataWords } from '../../words/data.ts';
import { type Document, hashOf, Utf8Document } from '../document.ts';
import { BitSet } from './columns.ts';
import type { Documents, Stage } from './stage.ts';
import { reasonWords } from '../../words/curation.ts';

export interface HeldOutShare {
  share: number;
  by: 'hash' | 'tail';
  /** For tests: another limit than MOST_WAITING. */
  waiting?: number;
}

/** A document on one side or the other. */
export interface SidedDocument extends Document {
  heldOut: boolean;
}

/** The document on a side: one in its reader's buffer itself. */
function sided(document: Document, heldOut: boolean): SidedDocument {
  if (!(document instanceof Utf8Document)) return { ...document, heldOut };
  document.heldOut = heldOut;
  return document;
}

/** The same to be kept while its reader goes on. */
function kept(document: Document, heldOut: boolean): SidedDocument {
  if (!(document instanceof Utf8Document)) return sided(document, heldOut);
  const { source, text } = document;
  return { source, text, heldOut };
}

/** Why a training document is dropped. */
export const EQUALS_HELD_OUT = reasonWords.heldOutCopy;

/** What one reading of the documents makes of each in its turn: itself, or the two parts of the one that a cut falls in. */
type Sides = () => (document: Document) => SidedDocument[];

/** UTF-16 units of documents that wait until it is certain how a source is divided: as a rule a few hundred of them. */
const MOST_WAITING = 2 ** 24;

/**
 * 'hash': a document is held out when its hash, as a fraction of 2^32, is below `share`. The choice depends on nothing
 * but the text, so it survives other documents coming and going, and a copy of a held-out document, in whatever source,
 * is held out too. 'tail': the last `share` of the text, in the order given (the usual split of a corpus that is one
 * document). The document the cut falls in is divided; training documents equal to a held-out one are dropped.
 *
 * Below 2 / share documents a hash would keep out none or half of them by luck, and where luck is so bad with more of them:
 * those sources are divided by their tail. The report's `by` says how it was done in the end, 'none' where `share` is 0, and its
 * `tooFew` how many documents there were where that was too few for a hash.
 *
 * By hash documents are handed on in the reading that divides them: a large file is gone through once.
 */
export const holdOut: Stage<HeldOutShare, Document, SidedDocument> = (documents, { share, by, waiting }, report) => {
  if (!(share >= 0 && share < 1)) {
    throw new UserError(dataWords.heldOut(share));
  }
  let decided: { by: 'hash' | 'tail' | 'none'; sides: Sides; equal: ReadonlySet<string> } | null = null;
  const decide = async (): Promise<NonNullable<typeof decided>> => {
    if (share === 0) return { by: 'none', sides: () => (document) => [sided(document, false)], equal: new Set() };
    const sides = await tailSides(documents, share);
    const equal = new Set<string>();
    const partsOf = sides();
    await documents.each((document) => {
      for (const { heldOut, text } of partsOf(document)) if (heldOut) equal.add(text);
    });
    return { by: 'tail', sides, equal };
  };
  return {
    async each(visit) {
      const first = decided === null;
      if (first && share > 0 && by === 'hash') {
        const take = (document: SidedDocument): void => {
          report.count(document, null);
          visit(document);
        };
        const divided = await divideByHash(documents, share, waiting ?? MOST_WAITING, take);
        if (divided.sides === null) report.details.tooFew = divided.count;
        else decided = { by, sides: divided.sides, equal: new Set() };
        if (divided.taken) {
          report.details.by = by;
          return;
        }
      }
      decided ??= await decide();
      report.details.by = decided.by;
      const { equal } = decided;
      const sides = decided.sides();
      await documents.each((document) => {
        for (const part of sides(document)) {
          const reason = equal.size > 0 && !part.heldOut && equal.has(part.text) ? EQUALS_HELD_OUT : null;
          if (first) report.count(part, reason);
          if (reason === null) visit(part);
        }
      });
    },
  };
};

interface Divided {
  count: number;
  /** Null: too few documents, or none on one side. */
  sides: Sides | null;
  /** Whether every document was handed on. */
  taken: boolean;
}

/**
 * Goes through the documents once. What makes a hash fit for them, 2 / share of them and one on either side, stays true once it is: the first
 * few wait for that, and from there on each goes to `take` as it comes. Where those that wait come to more than `most` units before, none is
 * handed on.
 */
async function divideByHash(
  documents: Documents<Document>,
  share: number,
  most: number,
  take: (document: SidedDocument) => void,
): Promise<Divided> {
  const out = new BitSet();
  let count = 0;
  let held = 0;
  let waiting: SidedDocument[] | null = [];
  let units = 0;
  let fit = false;
  await documents.each((document) => {
    const heldOut = hashOf(document)[0] / 4294967296 < share;
    if (heldOut) {
      out.add(count);
      held++;
    }
    count++;
    if (fit) {
      if (waiting !== null) take(sided(document, heldOut));
      return;
    }
    fit = count >= 2 / share && held > 0 && held < count;
    if (waiting === null) return;
    waiting.push(kept(document, heldOut));
    units += waiting.at(-1)!.text.length;
    if (fit) for (const one of waiting.splice(0)) take(one);
    else if (units > most) waiting = null;
  });
  const sides: Sides = () => {
    let at = 0;
    return (document) => [sided(document, out.has(at++))];
  };
  return { count, sides: fit ? sides : null, taken: fit && waiting !== null };
}

async function tailSides(documents: Documents<Document>, share: number): Promise<Sides> {
  let total = 0;
  await documents.each(({ text }) => (total += text.length));
  const cut = Math.floor(total * (1 - share));
  return () => {
    let at = 0;
    return (document) => {
      const { source, id, text } = document;
      let inside = Math.min(Math.max(cut - at, 0), text.length);
      at += text.length;
      // Both halves of a surrogate pair stay together.
      if (inside > 0 && inside < text.length && /[\udc00-\udfff]/.test(text[inside]!)) inside--;
      const parts = [
        { source, id, text: text.slice(0, inside), heldOut: false },
        { source, id, text: text.slice(inside), heldOut: true },
      ];
      return parts.filter((part) => part.text !== '');
    };
  };
}
