/**
 * A model's folder by what its small files and the headers of the large ones say: whatever can be known to be wrong with it is told before a
 * weight is read.
 */
import type { FolderBlob } from '../protocol.ts';
import { brief, quoted } from '../util/quoted.ts';
import {
  asModels,
  checkJsonSize,
  type FolderFile,
  type ImportedModel,
  isJsonFile,
  readConfig,
  readRest,
  readTensors,
  weightFiles,
} from './huggingface.ts';
import { ImportError } from './importError.ts';
import { type Dtype, headerBytes, type PlacedTensor, readLayout } from './safetensors.ts';
import { checkShapes } from './weights.ts';
import { folderWords, safetensorsWords } from '../words/model.ts';

export interface FolderFacts extends Omit<ImportedModel, 'parameters'> {
  /** How the weights are stored, each kind once. */
  dtypes: Dtype[];
  /** Of the files that hold them, and how many there are. */
  bytes: number;
  shards: number;
}

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());

const REAL: readonly string[] = ['F64', 'F32', 'F16', 'BF16'] satisfies Dtype[];

/** @throws ImportError with the first thing found wrong. */
export async function inspectFolder(files: readonly FolderBlob[]): Promise<FolderFacts> {
  const small = new Map<string, FolderFile>();
  for (const { name, bytes } of files) {
    if (!isJsonFile(name)) continue;
    checkJsonSize(name, bytes.size);
    small.set(name, { name, bytes: await bytesOf(bytes) });
  }
  const { model, isTied, notes } = readConfig(small);
  const blobs = new Map(files.map(({ name, bytes }) => [name, bytes]));
  // Which files hold the weights is told by their names alone.
  const named = new Map<string, FolderFile>(files.map(({ name }) => [name, small.get(name) ?? { name, bytes: NONE }]));
  const layouts = new Map<string, Map<string, PlacedTensor>>();
  let size = 0;
  for (const name of weightFiles(named)) {
    const blob = blobs.get(name);
    if (!blob) throw new ImportError('missing-file', folderWords.noFile(brief(name)));
    layouts.set(name, await layoutOf(blob));
    size += blob.size;
  }
  const stored = readTensors(named, (name) => layouts.get(name)!);
  const tensors = asModels(model, isTied, stored, (tensor) => tensor);
  checkShapes(model, tensors);
  const odd = [...tensors.values()].find(({ dtype }) => !REAL.includes(dtype));
  if (odd) throw new ImportError('tensor-dtype', safetensorsWords.notReal(quoted(odd.name), odd.dtype));
  return {
    model,
    ...readRest(small),
    notes,
    dtypes: [...new Set(Array.from(tensors.values(), ({ dtype }) => dtype))],
    bytes: size,
    shards: layouts.size,
  };
}

const NONE = new Uint8Array(0);

async function layoutOf(blob: Blob): Promise<Map<string, PlacedTensor>> {
  const first = await bytesOf(blob.slice(0, 8));
  const { placed } = readLayout(await bytesOf(blob.slice(0, headerBytes(first, blob.size))), blob.size);
  return new Map(placed.map((tensor) => [tensor.name, tensor]));
}

/** The whole of the files, for a reader of models. */
export const readBlobs = (files: readonly FolderBlob[]): Promise<FolderFile[]> =>
  Promise.all(files.map(async ({ name, bytes }) => ({ name, bytes: await bytesOf(bytes) })));
