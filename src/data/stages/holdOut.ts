/** A share of one source's documents is kept out of training, before anything else is done with them. */
import { UserError } from '../../util/errors.ts';
import { dataWords } from '../../words/data.ts';
import { type Document, hashOf, Utf8Document } from '../document.ts';
import { BitSet } from './columns.ts';
import type { Documents, Stage, StageReport } from './stage.ts';
import { reasonWords } from '../../words/curation.ts';

export interface HeldOutShare {
  share: number;
  by: 'hash' | 'tail';
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

/** Why a training document is dropped. */
export const EQUALS_HELD_OUT = reasonWords.heldOutCopy;

/** What one reading of the documents makes of each in its turn: itself, or the two parts of the one that a cut falls in. */
type Sides = () => (document: Document) => SidedDocument[];

/**
 * 'hash': a document is held out when its hash, as a fraction of 2^32, is below `share`. The choice depends on nothing
 * but the text, so it survives other documents coming and going, and a copy of a held-out document, in whatever source,
 * is held out too. 'tail': the last `share` of the text, in the order given (the usual split of a corpus that is one
 * document). The document the cut falls in is divided; training documents equal to a held-out one are dropped.
 *
 * Below 2 / share documents a hash would keep out none or half of them by luck, and where luck is so bad with more of them:
 * those sources are divided by their tail. The report's `by` says how it was done in the end, 'none' where `share` is 0, and its
 * `tooFew` how many documents there were where that was too few for a hash.
 */
export const holdOut: Stage<HeldOutShare, Document, SidedDocument> = (documents, { share, by }, report) => {
  if (!(share >= 0 && share < 1)) {
    throw new UserError(dataWords.heldOut(share));
  }
  let decided: { by: 'hash' | 'tail' | 'none'; sides: Sides; equal: ReadonlySet<string> } | null = null;
  const decide = async (): Promise<NonNullable<typeof decided>> => {
    const none = new Set<string>();
    if (share === 0) return { by: 'none', sides: () => (document) => [sided(document, false)], equal: none };
    if (by === 'hash') {
      const sides = await hashSides(documents, share, report);
      if (sides) return { by, sides, equal: none };
    }
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

/** Null: too few documents, or none on one side. */
async function hashSides(
  documents: Documents<Document>,
  share: number,
  { details }: StageReport<Document>,
): Promise<Sides | null> {
  const out = new BitSet();
  let count = 0;
  let held = 0;
  await documents.each((document) => {
    if (hashOf(document)[0] / 4294967296 < share) {
      out.add(count);
      held++;
    }
    count++;
  });
  if (count < 2 / share || held === 0 || held === count) {
    details.tooFew = count;
    return null;
  }
  return () => {
    let at = 0;
    return (document) => [sided(document, out.has(at++))];
  };
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
