/** A base checkpoint read from its model folder: what a continued run starts from. */
import { type FolderFile, readHuggingFaceFolder } from '../export/huggingface.ts';
import { ImportError } from '../export/importError.ts';
import type { Weights } from '../export/parts.ts';
import type { ModelConfig, RunConfig } from '../config/run.ts';
import { ARCHITECTURE_KEYS, type BaseMetadata, type BaseWarning, checkAgainstBase, parseBaseMetadata } from '../recipe/baseCheckpoint.ts';
import { fromHuggingFace } from '../tokenizer/huggingface.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { UserError } from '../util/errors.ts';
import { isWordLevel, readWordTokenizer } from '../world/tokenizer.ts';

/** A model folder's model, whoever made it. */
export interface Checkpoint {
  model: ModelConfig;
  weights: Weights;
  tokenizer: Tokenizer;
  /** rekindle.json, not yet checked; null where the model was made elsewhere. */
  metadata: Record<string, unknown> | null;
}

export interface Base {
  weights: Weights;
  tokenizer: Tokenizer;
  metadata: BaseMetadata;
}

/** Errors say which file is missing, damaged or of another kind. */
export function readCheckpoint(files: Iterable<FolderFile>): Checkpoint {
  const { model, parameters, tokenizer, metadata } = readHuggingFaceFolder(files);
  const read = isWordLevel(tokenizer) ? readWordTokenizer(tokenizer) : fromHuggingFace(tokenizer);
  return { model, weights: parameters, tokenizer: read, metadata };
}

/** Also an error: a folder without the project's own record, from which no continued run can be set up. */
export function readBase(files: Iterable<FolderFile>): Base {
  const { model, weights, tokenizer, metadata } = readCheckpoint(files);
  if (metadata === null) {
    throw new UserError('The model folder has no rekindle.json, which says at what rate its training ended: give a folder that a run has written.', { code: 'missing-file' });
  }
  const parsed = parseBaseMetadata(metadata);
  for (const key of ARCHITECTURE_KEYS) {
    if (parsed.model[key] !== model[key]) {
      throw new ImportError('metadata-mismatch', `The model folder has ${key} ${parsed.model[key]} in rekindle.json and ${model[key]} in config.json: give the folder as a run has written it`);
    }
  }
  return { weights, tokenizer, metadata: parsed };
}

/** Departures of a run from its base that a person should know of. UserError with the first thing that makes it impossible. */
export async function checkBase(base: Base, config: RunConfig): Promise<BaseWarning[]> {
  const { errors, warnings } = checkAgainstBase(base.metadata, config, await base.tokenizer.hash());
  if (errors.length > 0) throw new UserError(errors[0]!, { code: 'base' });
  return warnings;
}
