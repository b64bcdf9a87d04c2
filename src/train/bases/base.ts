/** A base checkpoint read from its model folder: what a continued run starts from. */
import { OPTIONS, optionOf } from '../../config/options.ts';
import { getPath } from '../../config/path.ts';
import { checkValue } from '../../config/value.ts';
import { checkVocabulary, type FolderFile, readHuggingFaceFolder } from '../../export/huggingface.ts';
import { ImportError } from '../../export/importError.ts';
import { architectureName } from '../../export/huggingFaceConfig.ts';
import { type FolderFacts, inspectFolder } from '../../export/inspectFolder.ts';
import type { Weights } from '../../export/parts.ts';
import { parameterCount } from '../../model/parameters.ts';
import type { FolderBlob, FolderReport } from '../../protocol.ts';
import type { ModelConfig, RunConfig } from '../../config/run.ts';
import {
  ARCHITECTURE_KEYS,
  BASE_METADATA_VERSION,
  type BaseMetadata,
  type BaseWarning,
  checkAgainstBase,
  parseBaseMetadata,
} from '../../recipe/baseCheckpoint.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { UserError } from '../../util/errors.ts';
import { readTokenizer } from '../../world/readTokenizer.ts';
import { initialAdapters } from './adapters.ts';
import { trainingWords } from '../../words/training.ts';
import { noticeWords } from '../../words/notices.ts';
import { folderWords } from '../../words/model.ts';

/** A model folder's model, whoever made it. */
export interface ModelFolder {
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
export async function readCheckpoint(files: Iterable<FolderFile>): Promise<ModelFolder> {
  const { parameters, ...read } = readHuggingFaceFolder(files);
  return { ...read, weights: parameters, tokenizer: await usedTokenizer(read) };
}

/** The tokenizer of a folder whose model can be run here. */
async function usedTokenizer({
  model,
  tokenizer,
}: {
  model: ModelConfig;
  tokenizer: Record<string, unknown>;
}): Promise<Tokenizer> {
  for (const option of OPTIONS) {
    const problem =
      option.type === 'integer' && isSize(option.key) ? checkValue(option, getPath({ model }, option.key)) : null;
    if (problem !== null) throw new ImportError('config', folderWords.cannotRun(problem.slice(0, -1)));
  }
  const read = await readTokenizer(tokenizer);
  checkVocabulary(read, model);
  return read;
}

/** A size of the weights, which kernels are made for; a longer context than they take can be used in part. */
const isSize = (key: string): boolean => key.startsWith('model.') && key !== 'model.max_position_embeddings';

/** Also an error: a folder without the project's own record, from which no continued run can be set up. */
export async function readBase(files: Iterable<FolderFile>): Promise<Base> {
  const { model, weights, tokenizer, metadata, notes } = await readCheckpoint(files);
  if (metadata === null) {
    throw new UserError(trainingWords.noRecord, { code: 'missing-file' });
  }
  return { weights, tokenizer, metadata: ownMetadata(metadata, model), notes };
}

function ownMetadata(metadata: Record<string, unknown>, model: ModelConfig): BaseMetadata {
  const parsed = parseBaseMetadata(metadata);
  for (const key of ARCHITECTURE_KEYS) {
    if (parsed.model[key] !== model[key]) {
      throw new ImportError(
        'metadata-mismatch',
        folderWords.otherRecord(key, String(parsed.model[key]), String(model[key])),
      );
    }
  }
  return parsed;
}

/**
 * A model made elsewhere as a base for runs of `preset`: what the recipe needs of the past and no folder says is taken from there. Its
 * data is drawn from the beginning, and its count begins at 1, for a base has at least one step.
 */
async function foreignMetadata(
  { model, tokenizer }: Pick<ModelFolder, 'model' | 'tokenizer'>,
  preset: RunConfig,
): Promise<{ metadata: BaseMetadata; note: string }> {
  if (preset.data.world) throw new UserError(trainingWords.foreignInWorld(preset.preset), { code: 'base' });
  const peak = preset.continued?.schedule.peak ?? preset.base.schedule.end;
  const longest = optionOf('model.max_position_embeddings')!;
  const length = longest.type === 'integer' ? Math.min(model.max_position_embeddings, longest.max) : 0;
  const { seed, optimizer, batch, data, base } = preset;
  const metadata: BaseMetadata = {
    version: BASE_METADATA_VERSION,
    preset: preset.preset,
    ...{ seed, optimizer, batch, data },
    endingRate: peak,
    steps: 1,
    tokens: 0,
    drawn: { rows: 0, tokens: 0 },
    model: { ...model, max_position_embeddings: length },
    tokenizer: { kind: 'given' },
    tokenizerHash: await tokenizer.hash(),
    base: { ...base, steps: 1, schedule: { ...base.schedule, warmupSteps: 0 } },
  };
  const unknown = noticeWords.unknownRate(peak);
  return { metadata, note: unknown };
}

/** As readBase, and of a folder without our own record what a run of `preset` can start from. */
export async function readAnyBase(files: Iterable<FolderFile>, preset: RunConfig): Promise<Base> {
  const list = [...files];
  if (list.some(({ name }) => name === 'rekindle.json')) return readBase(list);
  const { weights, tokenizer, notes, ...checkpoint } = await readCheckpoint(list);
  const { metadata, note } = await foreignMetadata({ ...checkpoint, tokenizer }, preset);
  return { weights, tokenizer, metadata, notes: [...notes, note] };
}

/** What a folder holds, known before a weight is read. Errors as of readCheckpoint. */
export async function inspectModel(
  files: readonly FolderBlob[],
): Promise<Omit<FolderFacts, 'tokenizer'> & { tokenizer: Tokenizer }> {
  const facts = await inspectFolder(files);
  return { ...facts, tokenizer: await usedTokenizer(facts) };
}

/** The same, and what a run of `preset` would start from. Errors as of readAnyBase. */
export async function describeFolder(files: readonly FolderBlob[], preset: RunConfig): Promise<FolderReport> {
  const { metadata: own, tokenizer, ...facts } = await inspectModel(files);
  const { model } = facts;
  const { metadata, note } =
    own === null
      ? await foreignMetadata({ model, tokenizer }, preset)
      : { metadata: ownMetadata(own, model), note: null };
  return {
    architecture: architectureName(model),
    parameters: parameterCount(model),
    model,
    tokenizer: { kind: tokenizer.kind, size: tokenizer.size },
    ...{ dtypes: facts.dtypes, bytes: facts.bytes, shards: facts.shards },
    notes: note === null ? facts.notes : [...facts.notes, note],
    own: own !== null,
    metadata,
  };
}

/** The base that a run of `config` trains: with adapters where those alone are trained. */
export function withAdapters(base: Base, config: RunConfig): Base {
  if (!config.model.lora) return base;
  return { ...base, weights: new Map([...base.weights, ...initialAdapters(config)]) };
}

/** Departures of a run from its base that a person should know of. UserError with the first thing that makes it impossible. */
export async function checkBase(base: Base, config: RunConfig): Promise<BaseWarning[]> {
  const { errors, warnings } = checkAgainstBase(base.metadata, config, await base.tokenizer.hash());
  if (errors.length > 0) throw new UserError(errors[0]!, { code: 'base' });
  return warnings;
}
