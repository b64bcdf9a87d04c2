/**
 * Attributes of web documents: the paper's four and their labels, given by linear classifiers that are trained here. An attribute for
 * which there is no classifier stays without label. A stage of its own drops by attribute; selection and weights read the labels.
 */
import type { Card, Linear } from './linear.ts';
import { judged, type RawDocument, type Stage } from './stage.ts';
import { decidedWords } from '../../words/curation.ts';

export const ATTRIBUTE_LABELS = {
  toxicity: ['low', 'high'],
  quality: ['High', 'Medium', 'Low'],
  domain: [
    ...['Adult', 'Arts & Entertainment', 'Autos & Vehicles', 'Beauty & Fitness', 'Books & Literature'],
    ...['Business & Industrial', 'Computers & Electronics', 'Finance', 'Food & Drink', 'Games', 'Health'],
    ...['Hobbies & Leisure', 'Home & Garden', 'Internet & Telecom', 'Jobs & Education', 'Law & Government', 'News'],
    ...['Online Communities', 'People & Society', 'Pets & Animals', 'Real Estate', 'Science', 'Sensitive Subjects'],
    ...['Shopping', 'Sports', 'Travel & Transportation'],
  ],
  typeOfSpeech: [
    ...['Product/Company/Organization/Personal Websites', 'Explanatory Articles', 'News', 'Blogs', 'MISC'],
    ...['Boilerplate Content', 'Analytical Exposition', 'Online Comments', 'Reviews', 'Books and Literature'],
    'Conversational',
  ],
} as const;

export type DocumentAttribute = keyof typeof ATTRIBUTE_LABELS;

export interface Labeller {
  attribute: DocumentAttribute;
  classifier: Linear;
  card: Card;
}

/** A document's labels by the classifiers there are. */
export function labelsOf(text: string, labellers: readonly Labeller[]): Partial<Record<DocumentAttribute, number>> {
  return Object.fromEntries(labellers.map(({ attribute, classifier }) => [attribute, classifier.label(text)]));
}

export interface AttributesOptions {
  labellers: readonly Labeller[];
  /** Why a document of these labels is dropped; null: it stays. */
  drop: (labels: Partial<Record<DocumentAttribute, number>>, document: RawDocument) => string | null;
}

/** Labels every document, counts the labels, and drops what is asked for: nothing, unless it is. */
export const attributeStage: Stage<Partial<AttributesOptions>> = (documents, given, report) =>
  judged(documents, report, async () => {
    const { labellers = [], drop = () => null } = given;
    const counts: Partial<Record<DocumentAttribute, number[]>> = {};
    for (const { attribute } of labellers) counts[attribute] = ATTRIBUTE_LABELS[attribute].map(() => 0);
    const unlabelled = (Object.keys(ATTRIBUTE_LABELS) as DocumentAttribute[]).filter(
      (one) => counts[one] === undefined,
    );
    if (unlabelled.length > 0) report.notes.push(decidedWords.unlabelled(unlabelled));
    Object.assign(report.details, { counts, cards: labellers.map(({ card }) => card) });
    return (document) => {
      const labels = labelsOf(document.text, labellers);
      for (const { attribute } of labellers) counts[attribute]![labels[attribute]!]!++;
      return drop(labels, document);
    };
  });
