/**
 * A model as a HuggingFace folder, out and in. What trains carries HF names, shapes and values already (LayerNorm-1P
 * stores γ − 1 on both sides), so this is a codec and not a conversion.
 */
import type { ModelConfig } from '../config/run.ts';
import { tokenizerConfigJson } from '../tokenizer/format.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { UserError } from '../util/errors.ts';
import { isObject } from '../util/object.ts';
import { brief, quoted, shown } from '../util/quoted.ts';
import { huggingFaceConfig, readHuggingFaceConfig, unknownKeys } from './huggingFaceConfig.ts';
import { ImportError } from './importError.ts';
import { modelCard } from './modelCard.ts';
import type { Weight, Weights } from './parts.ts';
import { decodeSafetensors, encodeSafetensors, toFloat32 } from './safetensors.ts';
import { checkWeights } from './weights.ts';
import { recipeWords } from '../words/recipe.ts';
import { folderWords } from '../words/model.ts';

export interface FolderFile {
  name: string;
  bytes: Uint8Array;
}

export interface ExportedModel {
  model: ModelConfig;
  /** By HuggingFace name: see splitParts. */
  parameters: ReadonlyMap<string, Weight>;
  tokenizer: Tokenizer;
  /** The project's own record of the run, for rekindle.json: anything JSON can hold. */
  metadata: object;
}

export interface ImportedModel {
  model: ModelConfig;
  /** Views over the file where it holds aligned F32. */
  parameters: Weights;
  /** tokenizer.json as parsed, not yet checked. */
  tokenizer: Record<string, unknown>;
  /** rekindle.json as parsed, not yet checked; null where the model was made elsewhere. */
  metadata: Record<string, unknown> | null;
  /** What of the folder was left out of account, a sentence each. */
  notes: string[];
}

/**
 * Bytes the .json files may have. Parsed, hostile JSON takes some thirty times its bytes. Ours have about 1 kB, 3 kB and
 * at most 3 MB: a tokenizer of 65,536 ids. Those of 256,000 ids have some 18 MB. An index has some 80 bytes a tensor, and 64 layers have 700 tensors.
 */
const LARGEST_JSON = {
  'config.json': 1 << 18,
  'rekindle.json': 1 << 18,
  'tokenizer.json': 3 << 23,
  'model.safetensors.index.json': 1 << 20,
} as const;
export type JsonFile = keyof typeof LARGEST_JSON;

export const isJsonFile = (name: string): name is JsonFile => Object.hasOwn(LARGEST_JSON, name);

export function checkJsonSize(name: JsonFile, size: number): void {
  const limit = LARGEST_JSON[name];
  if (size > limit) throw new ImportError('too-large', folderWords.large(name, size, limit));
}

/**
 * The files of the folder: config.json, generation_config.json, model.safetensors, tokenizer.json,
 * tokenizer_config.json, README.md and rekindle.json. The same model gives the same bytes.
 * @throws ImportError where the weights are not the model's; UserError where the tokenizer has more ids than the
 * embedding.
 */
export function huggingFaceFolder({ model, parameters, tokenizer, metadata }: ExportedModel): FolderFile[] {
  checkWeights(model, parameters);
  checkVocabulary(tokenizer, model);
  const tensors = Array.from(parameters, ([name, { shape, data }]) => ({ name, dtype: 'F32' as const, shape, data }));
  const count = tensors.reduce((sum, { data }) => sum + data.length, 0);
  const end = tokenizer.endOfText;
  return [
    json('config.json', huggingFaceConfig(model, end)),
    json('generation_config.json', { bos_token_id: end, eos_token_id: end, pad_token_id: end }),
    // transformers asks for the format entry before it reads the tensors.
    { name: 'model.safetensors', bytes: encodeSafetensors(tensors, { format: 'pt' }) },
    json('tokenizer.json', tokenizer.toHuggingFace()),
    json('tokenizer_config.json', tokenizerConfigJson(model.max_position_embeddings, tokenizer.endName)),
    { name: 'README.md', bytes: new TextEncoder().encode(modelCard(model, count, metadata)) },
    json('rekindle.json', metadata),
  ];
}

/**
 * Reads such a folder, or one made elsewhere for the same architecture: F32, F16, BF16 or F64 in one safetensors file, or in
 * shards with an index. Other files are ignored.
 * @throws ImportError with the first thing found wrong; nothing has been taken over then.
 */
export function readHuggingFaceFolder(files: Iterable<FolderFile>): ImportedModel {
  const byName = new Map(Array.from(files, (file) => [file.name, file]));
  const { model, isTied, notes } = readConfig(byName);
  const stored = readTensors(byName, (name) => decodeSafetensors(fileBytes(byName, name)).tensors);
  const parameters = asModels(model, isTied, stored, (tensor) => ({ shape: tensor.shape, data: toFloat32(tensor) }));
  checkWeights(model, parameters);
  return { model, parameters, ...readRest(byName), notes };
}

/** The architecture that config.json describes, and what of it is left out of account. */
export function readConfig(files: ReadonlyMap<string, FolderFile>): {
  model: ModelConfig;
  isTied: boolean;
  notes: string[];
} {
  const config = readJson(files, 'config.json');
  const model = readHuggingFaceConfig(config);
  const unknown = unknownKeys(config);
  const notes = unknown.length > 0 ? [folderWords.unknownKeys(unknown)] : [];
  const isTied = config['tie_word_embeddings'] === true;
  if (isTied && !model.tie_word_embeddings) notes.push(folderWords.tied);
  return { model, isTied, notes };
}

/** The files beside the weights, as parsed. */
export const readRest = (files: ReadonlyMap<string, FolderFile>): Pick<ImportedModel, 'tokenizer' | 'metadata'> => ({
  tokenizer: readJson(files, 'tokenizer.json'),
  metadata: files.has('rekindle.json') ? readJson(files, 'rekindle.json') : null,
});

/** The model's tensors out of those that are stored. */
export function asModels<S, T>(
  model: ModelConfig,
  isTied: boolean,
  stored: ReadonlyMap<string, S>,
  read: (tensor: S) => T,
): Map<string, T> {
  const tensors = new Map<string, T>();
  for (const [name, tensor] of stored) {
    // Old exporters saved this table, which every reader computes.
    if (!name.endsWith('.rotary_emb.inv_freq')) tensors.set(name, read(tensor));
  }
  const embedding = tensors.get('model.embed_tokens.weight');
  // A head in the file says nothing then: transformers takes the embedding in its place.
  if (model.tie_word_embeddings) tensors.delete('lm_head.weight');
  else if (isTied && embedding !== undefined) tensors.set('lm_head.weight', embedding);
  return tensors;
}

/** The files that hold a folder's tensors: model.safetensors or, where there is none, the shards that the index names. */
export function weightFiles(files: ReadonlyMap<string, FolderFile>): string[] {
  if (files.has('model.safetensors') || !files.has('model.safetensors.index.json')) return ['model.safetensors'];
  return [...new Set(readIndex(files).values())];
}

/** The shard of each tensor, by name. */
function readIndex(files: ReadonlyMap<string, FolderFile>): Map<string, string> {
  const map = readJson(files, 'model.safetensors.index.json')['weight_map'];
  if (!isObject(map)) throw new ImportError('json', folderWords.noWeightMap);
  const places = new Map<string, string>();
  for (const [name, shard] of Object.entries(map)) {
    if (typeof shard !== 'string') throw new ImportError('shard', folderWords.absent(quoted(name), shown(shard)));
    places.set(name, shard);
  }
  return places;
}

/** The tensors of all files that hold some, each file's as `read` gives them. */
export function readTensors<T>(
  files: ReadonlyMap<string, FolderFile>,
  read: (file: string) => ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  const shards = weightFiles(files);
  if (shards[0] === 'model.safetensors') return read(shards[0]);
  const map = readIndex(files);
  const tensors = new Map<string, T>();
  for (const shard of shards) {
    for (const [name, tensor] of read(shard)) {
      const place = map.get(name);
      if (place !== shard) {
        const told = place === undefined ? null : quoted(place);
        throw new ImportError('shard', folderWords.stray(quoted(shard), quoted(name), told));
      }
      tensors.set(name, tensor);
    }
  }
  for (const [name, shard] of map)
    if (!tensors.has(name)) throw new ImportError('shard', folderWords.absent(quoted(name), quoted(shard)));
  return tensors;
}

/** Every id has its row of the embedding. UserError where one has none: it would be scored as certain and drawn as noise. */
export function checkVocabulary(
  { size }: Pick<Tokenizer, 'size'>,
  { vocab_size }: Pick<ModelConfig, 'vocab_size'>,
): void {
  if (size <= vocab_size) return;
  throw new UserError(recipeWords.manyIds(size, vocab_size), { code: 'vocabulary' });
}

function json(name: string, value: object): FolderFile {
  return { name, bytes: new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`) };
}

function fileBytes(files: ReadonlyMap<string, FolderFile>, name: string): Uint8Array {
  const bytes = files.get(name)?.bytes;
  if (bytes) return bytes;
  throw new ImportError('missing-file', folderWords.noFile(brief(name)));
}

function readJson(files: ReadonlyMap<string, FolderFile>, name: JsonFile): Record<string, unknown> {
  const bytes = fileBytes(files, name);
  checkJsonSize(name, bytes.length);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new ImportError('json', folderWords.notJson(name));
  }
  if (!isObject(value)) throw new ImportError('json', folderWords.notObject(name));
  return value;
}
