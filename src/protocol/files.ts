/** Files that the user gives: text, and models to start from. */
import type { ModelConfig } from '../config/run.ts';
import type { BaseMetadata } from '../recipe/baseCheckpoint.ts';

/** A file the user gave: its text never leaves the browser. The page hands on the file, and the worker reads it. */
export interface UserFile {
  source: string;
  name: string;
  bytes: Blob;
  /** What becomes of bytes that are no text; by default the file is refused. */
  invalid?: 'refuse' | 'replace' | 'windows-1252';
  /** The column or field that is read alone. */
  column?: string | null;
}

/** What a text is written in. */
export interface Languages {
  /**
   * Of its characters, the largest first, by codes of ISO 639-3, with slashes between those of languages that are not told apart; `und`:
   * not clear, as of short texts, numbers and code. They sum to 1; none of a text without characters.
   */
  shares: Readonly<Record<string, number>>;
  /** Passages that were looked at; null: all of the text was. */
  passages: number | null;
}

/** How a file will be read: its first documents, cut to what a person looks through, and what was chosen or left out. */
export interface FilePreview {
  documents: number;
  /** `length`: UTF-16 units of the whole document. */
  first: { text: string; length: number }[];
  notes: string[];
  /** Columns or fields one of which may be read alone, and the one that is. */
  columns: string[];
  column: string | null;
  languages: Languages;
}

/**
 * What was found in a file that was read to its end. Damaged: a person may choose what becomes of those places; column: which
 * of several is the text.
 */
export type FileReport =
  | ({ kind: 'good' } & FilePreview)
  | { kind: 'damaged'; places: number; at: number; in: string }
  | { kind: 'column'; columns: string[]; message: string }
  | { kind: 'refused'; code: string; message: string };

/** A file of a model folder. */
export interface ModelFile {
  name: string;
  bytes: Uint8Array;
}

/** What a run continues instead of training a base of its own: the checkpoint shipped for its preset and seed, or a folder's. */
export type BaseSource = { kind: 'shipped' } | { kind: 'folder'; files: FolderBlob[] };

/** A file of a model's folder that is to be opened: the page hands it on, and the worker reads it. */
export interface FolderBlob {
  name: string;
  bytes: Blob;
}

/** What a model's folder holds, known before a weight is read. */
export interface FolderReport {
  /** transformers' class. */
  architecture: string;
  parameters: number;
  model: ModelConfig;
  tokenizer: { kind: 'byte' | 'bpe' | 'word' | 'foreign'; size: number };
  /** How the weights are stored; bytes and number of their files. */
  dtypes: string[];
  bytes: number;
  shards: number;
  /** What of it is left out of account, and what it does not say, a sentence each. */
  notes: string[];
  /** It has this project's own record. */
  own: boolean;
  /** What a run starts from. */
  metadata: BaseMetadata;
}

/** What a model does before it is trained here. */
export interface ModelTrial {
  /** Nats a token, by source; none of it was trained on here. */
  heldOut: Record<string, number>;
  samples: { prompt: string; text: string }[];
}

/** A shipped base that a run could start from: bytes to fetch, and its own record. */
export interface BaseOffer {
  bytes: number;
  metadata: BaseMetadata;
}
