/** A base checkpoint read from its model folder: what a continued run starts from. */
import { OPTIONS } from '../../config/options.ts';
import { getPath } from '../../config/path.ts';
import { checkValue } from '../../config/value.ts';
import { checkVocabulary, type FolderFile, readHuggingFaceFolder } from '../../export/huggingface.ts';
import { ImportError } from '../../export/importError.ts';
import type { Weights } from '../../export/parts.ts';
import type { ModelConfig, RunConfig } from '../../config/run.ts';
import {
  ARCHITECTURE_KEYS,
  type BaseMetadata,
  type BaseWarning,
  checkAgainstBase,
  parseBaseMetadata,
} from '../../recipe/baseCheckpoint.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { UserError } from '../../util/errors.ts';
import { readTokenizer } from '../../world/readTokenizer.ts';

/** A model folder's model, whoever made it. */
export interface Checkpoint {
  model: ModelConfig;
  weights: Weights;
  tokenizer: Tokenizer;
  /** rekindle.json, not yet checked; null where the model was made elsewhere. */
  metadata: Record<string, unknown> | null;
  /** What of the folder was left out of account, a sentence each. */
  notes: string[];
}

export interface Base {
  weights: Weights;
  tokenizer: Tokenizer;
  metadata: BaseMetadata;
  notes: string[];
}

/** Errors say which file is missing, damaged or of another kind. */
export function readCheckpoint(files: Iterable<FolderFile>): Checkpoint {
  const { model, parameters, tokenizer, metadata, notes } = readHuggingFaceFolder(files);
  for (const option of OPTIONS) {
    const problem =
      option.type === 'integer' && isSize(option.key) ? checkValue(option, getPath({ model }, option.key)) : null;
    if (problem !== null) throw new ImportError('config', `The model cannot be run here: ${problem.slice(0, -1)}`);
  }
  const read = readTokenizer(tokenizer);
  checkVocabulary(read, model);
  return { model, weights: parameters, tokenizer: read, metadata, notes };
}

/** A size of the weights, which kernels are made for; a longer context than they take can be used in part. */
const isSize = (key: string): boolean => key.startsWith('model.') && key !== 'model.max_position_embeddings';

/** Also an error: a folder without the project's own record, from which no continued run can be set up. */
export function readBase(files: Iterable<FolderFile>): Base {
  const { model, weights, tokenizer, metadata, notes } = readCheckpoint(files);
  if (metadata === null) {
    throw new UserError(
      'The model folder has no rekindle.json, which says at what rate its training ended: give a folder that a run has written.',
      { code: 'missing-file' },
    );
  }
  const parsed = parseBaseMetadata(metadata);
  for (const key of ARCHITECTURE_KEYS) {
    if (parsed.model[key] !== model[key]) {
      throw new ImportError(
        'metadata-mismatch',
        `The model folder has ${key} ${parsed.model[key]} in rekindle.json and ${model[key]} in config.json: give the folder as a run has written it`,
      );
    }
  }
  return { weights, tokenizer, metadata: parsed, notes };
}

/** Departures of a run from its base that a person should know of. UserError with the first thing that makes it impossible. */
export async function checkBase(base: Base, config: RunConfig): Promise<BaseWarning[]> {
  const { errors, warnings } = checkAgainstBase(base.metadata, config, await base.tokenizer.hash());
  if (errors.length > 0) throw new UserError(errors[0]!, { code: 'base' });
  return warnings;
}
