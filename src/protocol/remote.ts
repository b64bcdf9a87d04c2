/** What lies at an address, and what page and frame (fetch.html) say to each other about it. */
import type { FolderBlob } from './files.ts';

export interface Servers {
  hub: string;
  viewer: string;
}

export interface Dataset {
  name: string;
  /** As its card says; null: it does not. */
  licence: string | null;
  /** Commit of the data, and of the parquet made of it: what is fetched stays the same. */
  revision: string;
  parquetRevision: string;
  splits: { config: string; split: string }[];
  shards: { config: string; split: string; path: string; size: number }[];
}

export interface WantedRows {
  config: string;
  split: string;
  /** Bytes of text that are enough. */
  enough: number;
}

export interface RemoteFile {
  name: string;
  /** Null: its server does not say. */
  bytes: number | null;
}

export type FoundText =
  | { kind: 'dataset'; dataset: Dataset; servers: Servers }
  | ({ kind: 'file'; address: string } & RemoteFile);

export interface FoundModel {
  kind: 'model';
  name: string;
  licence: string | null;
  /** Null: of a plain folder, which has none. */
  revision: string | null;
  /** The folder's address, with a slash at its end. */
  base: string;
  files: RemoteFile[];
}

export type OnBytes = (bytes: number) => void;

/** Commands of the frame; what is under way there ends with it. */
export interface FetcherApi {
  lookAtText(address: string): Promise<FoundText>;
  lookAtModel(address: string): Promise<FoundModel>;
  /** `wanted`: of a data set. */
  fetchText(found: FoundText, wanted: WantedRows | null, onBytes: OnBytes): Promise<FolderBlob>;
  fetchModel(found: FoundModel, onBytes: OnBytes): Promise<FolderBlob[]>;
}
