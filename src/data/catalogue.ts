/**
 * The shards of real text shipped with the page: a manifest, and for every source one file fetched when first used.
 * The bytes come through a function, so that page (fetch) and command line (file system) share everything else.
 */
import * as v from 'valibot';
import { UserError } from '../util/errors.ts';
import { decodeText, gunzip, isGzip, readDocuments } from './read.ts';
import { type Corpus, heldCorpus } from './corpus.ts';
import { dataWords } from '../words/data.ts';

/** Bytes of a file in the folder of shards. */
export type FetchBytes = (file: string) => Promise<Uint8Array>;

export const MANIFEST = 'manifest.json';
/** Raised when the shards' content or the manifest's form changes. */
export const MANIFEST_VERSION = 1;

const fileName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, dataWords.fileName));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const catalogueSchema = v.object({
  version: v.literal(MANIFEST_VERSION),
  sources: v.array(
    v.object({
      name: v.string(),
      label: v.string(),
      /** Which blend of the recipe the source is meant for. */
      kind: v.picklist(['general', 'qa']),
      /** JSONL of {"text"}, gzipped; the name says neither, because some servers would then unpack it on the way. */
      file: fileName,
      /** Size as fetched. */
      bytes: count,
      /** UTF-8 bytes of the documents' texts. */
      textBytes: count,
      documents: count,
      /** Of the unpacked JSONL, hex. */
      sha256: v.string(),
      licence: v.string(),
      citation: v.string(),
      /** Origin, licence and changes in a few sentences, to be shown beside the data. */
      notice: v.string(),
      /** File beside the shard with the notice and the licence's full text. */
      noticeFile: fileName,
    }),
  ),
});
export type Catalogue = v.InferOutput<typeof catalogueSchema>;
export type CatalogueEntry = Catalogue['sources'][number];

/** The command line knows how the shards are made again (cli/documents.ts). */
const damagedShards = (message: string): UserError => new UserError(message, { code: 'shards' });

export async function loadCatalogue(fetchBytes: FetchBytes): Promise<Catalogue> {
  const text = decodeText(MANIFEST, await fetchBytes(MANIFEST));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damagedShards(dataWords.listNotJson(MANIFEST));
  }
  const parsed = v.safeParse(catalogueSchema, json);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  throw damagedShards(dataWords.otherList(MANIFEST, `${v.getDotPath(issue)}: ${issue.message}`));
}

/** Fetches and checks one source of the catalogue. */
export async function loadSource(
  fetchBytes: FetchBytes,
  catalogue: Pick<Catalogue, 'sources'>,
  name: string,
): Promise<Corpus> {
  const entry = catalogue.sources.find((one) => one.name === name);
  if (entry === undefined) {
    const known = catalogue.sources.map((one) => one.name).join(', ');
    throw new UserError(dataWords.noSource(name, known), { code: 'source-unknown' });
  }
  const fetched = await fetchBytes(entry.file);
  const jsonl = isGzip(fetched) ? await gunzip(entry.file, fetched) : fetched;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', jsonl as Uint8Array<ArrayBuffer>));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (hex !== entry.sha256) {
    throw damagedShards(dataWords.damagedFile(entry.file, hex.slice(0, 8), entry.sha256.slice(0, 8)));
  }
  const documents = await readDocuments(name, `${name}.jsonl`, jsonl);
  return heldCorpus({ name, label: entry.label, licence: entry.licence }, documents);
}

/** Fetches from a folder of a web server, given by its address with a slash at the end. */
export function fetchFrom(folder: string): FetchBytes {
  return async (file) => {
    let response: Response;
    try {
      response = await fetch(folder + file);
    } catch (error) {
      throw new UserError(dataWords.notFetched(file, String(error)));
    }
    if (!response.ok) {
      throw damagedShards(dataWords.missingFile(file, response.status));
    }
    return new Uint8Array(await response.arrayBuffer());
  };
}
