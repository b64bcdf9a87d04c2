/** The text of a run, tokenized: shipped shards that its blends name, or the user's files in their place. */
import type { RunConfig } from '../config/run.ts';
import { type FetchBytes, loadCatalogue, loadSource } from '../data/catalogue.ts';
import type { Corpus } from '../data/document.ts';
import { type Prepared, prepareSources, readUserFiles, sourcesOf } from '../data/prepare.ts';
import { UserError } from '../util/errors.ts';

export interface GivenFile {
  source: string;
  name: string;
  bytes: ArrayBuffer | Uint8Array;
}

/** Loads what the blends name, trains the tokenizer, tokenizes. `files` are sources of the user's, by name. */
export async function prepareText(
  config: RunConfig,
  files: readonly GivenFile[],
  fetchBytes: FetchBytes,
  onProgress: (what: string, done: number, total: number) => void,
): Promise<Prepared> {
  if (config.data.world) {
    throw new UserError('Runs on the synthetic world are not offered here yet: choose a preset on real text.');
  }
  const own = readUserFiles(files);
  const missing = [...sourcesOf(config)].filter((name) => !own.some((corpus) => corpus.name === name));
  const shipped: Corpus[] = [];
  if (missing.length > 0) {
    onProgress('Loading text', 0, missing.length);
    const catalogue = await loadCatalogue(fetchBytes);
    for (const name of missing) {
      shipped.push(await loadSource(fetchBytes, catalogue, name));
      onProgress('Loading text', shipped.length, missing.length);
    }
  }
  return prepareSources(config, [...own, ...shipped], null, onProgress);
}
