/**
 * Base checkpoints a page can start from: those shipped beside it, fetched when asked for, and those an experiment has trained in
 * this session. One fits a configuration if it was trained exactly as that configuration would train it; on real text also if the
 * configuration leaves its preset's base run as it is: the shipped base is that run made longer, with whatever seed.
 */
import * as v from 'valibot';
import { presetConfig } from '../../config/presets.ts';
import type { RunConfig } from '../../config/run.ts';
import type { FetchBytes } from '../../data/catalogue.ts';
import type { FolderFile } from '../../export/huggingface.ts';
import { type BaseMetadata, parseBaseMetadata } from '../../recipe/baseCheckpoint.ts';
import type { BaseOffer } from '../../protocol.ts';
import { canonicalJson } from '../../tokenizer/format.ts';
import { UserError } from '../../util/errors.ts';
import { type Base, readBase } from './base.ts';
import { trainingWords } from '../../words/training.ts';

const indexSchema = v.array(
  v.object({
    preset: v.string(),
    seed: v.number(),
    /** Below the folder of bases. */
    folder: v.string(),
    files: v.array(v.string()),
    /** Of all files. */
    bytes: v.number(),
    /** Of model.safetensors, hex. */
    sha256: v.string(),
  }),
);
type Entry = v.InferOutput<typeof indexSchema>[number];

/** What decides a base's weights, besides preset and seed. */
const trainedAs = ({ model, tokenizer, data, batch, optimizer, base }: RunConfig | BaseMetadata): string =>
  canonicalJson([model, tokenizer, data, batch, optimizer, base]);

const isAsPreset = (config: RunConfig): boolean => trainedAs(config) === trainedAs(presetConfig(config.preset));

export class Bases {
  readonly #fetch: FetchBytes;
  #index: Promise<Entry[]> | null = null;
  readonly #records = new Map<string, Promise<BaseMetadata>>();
  /** Model folders of bases trained in this session, by seed and how they were trained. */
  readonly #own = new Map<string, FolderFile[]>();

  constructor(fetchBytes: FetchBytes) {
    this.#fetch = fetchBytes;
  }

  /** A base that fits, trained here or shipped; null: one must be trained. */
  async find(config: RunConfig): Promise<Base | null> {
    const own = this.#own.get(keyOf(config));
    return own ? readBase(own) : this.shipped(config);
  }

  keep(config: RunConfig, files: FolderFile[]): void {
    this.#own.set(keyOf(config), files);
  }

  /** How much there is to fetch, and what the base says of itself; null: no shipped base fits. */
  async offer(config: RunConfig): Promise<BaseOffer | null> {
    const entry = await this.#entryOf(config);
    return entry && { bytes: entry.bytes, metadata: await this.#recordOf(entry) };
  }

  /** UserError if its files do not come, or not as they were made. */
  async shipped(config: RunConfig): Promise<Base | null> {
    const entry = await this.#entryOf(config);
    return entry && readBase(await filesOf(this.#fetch, entry));
  }

  async #entryOf(config: RunConfig): Promise<Entry | null> {
    const onText = config.data.world === null;
    this.#index ??= readIndex(this.#fetch);
    const entry = (await this.#index).find(
      ({ preset, seed }) => preset === config.preset && (onText || seed === config.seed),
    );
    if (!entry) return null;
    const fits = (onText && isAsPreset(config)) || trainedAs(await this.#recordOf(entry)) === trainedAs(config);
    return fits ? entry : null;
  }

  #recordOf({ folder }: Entry): Promise<BaseMetadata> {
    const record =
      this.#records.get(folder) ??
      this.#fetch(`${folder}/rekindle.json`).then((bytes) => parseBaseMetadata(parse(bytes)));
    this.#records.set(folder, record);
    return record;
  }
}

/** A page published without bases has none to offer: that is no error. */
async function readIndex(fetchBytes: FetchBytes): Promise<Entry[]> {
  try {
    const read = v.safeParse(indexSchema, parse(await fetchBytes('index.json')));
    return read.success ? read.output : [];
  } catch {
    return [];
  }
}

/** The files of a shipped model. UserError if they do not come, or not as they were made. */
async function filesOf(fetchBytes: FetchBytes, { folder, files: names, sha256: wanted }: Entry): Promise<FolderFile[]> {
  const files = await Promise.all(names.map(async (name) => ({ name, bytes: await fetchBytes(`${folder}/${name}`) })));
  const weights = files.find(({ name }) => name === 'model.safetensors');
  const hash = weights && (await sha256(weights.bytes));
  if (hash === wanted) return files;
  throw new UserError(trainingWords.damagedBase(folder, hash?.slice(0, 8), wanted.slice(0, 8)));
}

/** A shipped model that no configuration describes. UserError where the page was published without it. */
export async function shippedFolder(fetchBytes: FetchBytes, preset: string, seed: number): Promise<FolderFile[]> {
  const entry = (await readIndex(fetchBytes)).find((one) => one.preset === preset && one.seed === seed);
  if (!entry) throw new UserError(trainingWords.noShippedBase(preset, seed));
  return filesOf(fetchBytes, entry);
}

const keyOf = (config: RunConfig): string => `${config.seed} ${trainedAs(config)}`;

const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
