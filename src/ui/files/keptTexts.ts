/** What this browser keeps of the reader's own text, as the page knows it; what is done about it is fetched when the page is on the screen (keeping.ts). */
import { signal } from '@preact/signals';

/** A file as it was picked: what it is called, bytes, milliseconds since 1970 of its last change. Together they tell it from others. */
export interface KeptText {
  name: string;
  size: number;
  lastModified: number;
}
export const keptTexts = signal<readonly KeptText[]>([]);
/** Why texts are not kept, or not deleted, a sentence each. */
export const keepingProblems = signal<readonly string[]>([]);

export const textId = ({ name, size, lastModified }: KeptText): string => `${size}-${lastModified}-${name}`;
/** Of the bytes of a source; null: they are no file's, and are not kept. */
export const idOf = (bytes: Blob): string | null => (bytes instanceof File ? textId(bytes) : null);
