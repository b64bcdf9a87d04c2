/**
 * The page's alignment as this browser keeps it: the base and every stage, each in slots of its own (storage/slots.ts), so that whenever the
 * tab ends the last whole save of each is found again.
 */
import { type AlignStage, alignStages, beforeStage, type OpenedBase, type StageSoFar } from '../../recipe/alignApi.ts';
import type { FolderFile } from '../../export/huggingface.ts';
import { decodeSafetensors, safetensorsParts, type SafeTensor } from '../../export/safetensors.ts';
import { awaitRun } from '../../storage/lock.ts';
import { openFiles } from '../../storage/open.ts';
import { StorageError } from '../../storage/errors.ts';
import type { Files } from '../../storage/files.ts';
import { type SlotOptions, SlotStore } from '../../storage/slots.ts';
import type { Pools } from '../engine/engine.ts';
import { type AlignedModel, alignedFolder, isReward, readAligned, rewardFolder } from './model.ts';
import type { StageState } from './stage.ts';
import { trainingWords } from '../../words/training.ts';

/** Where an alignment is kept; else why it goes with the tab, in a sentence. */
export type OpenKept = () => Promise<{ files: Files } | { why: string }>;

/** Milliseconds: a page that was reloaded frees its lock when its worker is gone, which was seen to take 4.6 s (settle.ts). */
const untilFree = 5000;

/** This browser's storage, held by one tab at a time until it ends. */
export const openKept: OpenKept = async () => {
  const { files, notice } = await openFiles();
  if (notice !== null) return { why: notice };
  try {
    await awaitRun('align', AbortSignal.timeout(untilFree));
    return { files };
  } catch {
    return { why: trainingWords.alignedElsewhere };
  }
};

type Which = 'base' | AlignStage;

/** No run's name has a +: the list of runs passes these files over. */
const slotsOf = (which: Which): string => `align+${which.replace(' ', '-')}`;
const key = 'rekindle';

export interface KeptBase {
  base: OpenedBase;
  model: AlignedModel;
}

export interface KeptStage {
  soFar: StageSoFar;
  /** What the stage has made, where it is done. */
  made?: AlignedModel;
  /** Where it stands, where it is not. */
  left?: StageState;
}

/** One call at a time. */
export class KeptChain {
  readonly #files: Files;
  readonly #options: SlotOptions;
  readonly #stores = new Map<Which, SlotStore>();

  constructor(files: Files, options: SlotOptions = {}) {
    this.#files = files;
    this.#options = options;
  }

  async base(): Promise<KeptBase | null> {
    const found = await this.#load('base');
    return found && { base: found.said as OpenedBase, model: await readAligned(found.files) };
  }

  /** Those whose start is there, in the paper's order. A damaged one is as if it had never been made. */
  async stages(): Promise<Map<AlignStage, KeptStage>> {
    const all = new Map<AlignStage, KeptStage>();
    for (const stage of alignStages) {
      const before = beforeStage[stage];
      if (before !== 'base' && !all.get(before)?.made) continue;
      const found = await this.#load(stage).catch(ifDamaged);
      if (!found) continue;
      const { said, files, left } = found;
      const made = files.length > 0 ? await readAligned(files) : undefined;
      all.set(stage, { soFar: said as StageSoFar, ...(made && { made }), ...(left && { left }) });
    }
    return all;
  }

  putBase = ({ base, model }: KeptBase): Promise<void> => this.#put('base', base, { made: model });

  /** A stage that is done has no use for its older save. */
  putStage = (stage: AlignStage, { soFar, ...held }: KeptStage): Promise<void> => this.#put(stage, soFar, held);

  async forget(which: Iterable<Which> = ['base', ...alignStages]): Promise<void> {
    // What was made last goes first: what is left is a chain whenever this ends.
    for (const one of [...which].reverse()) await this.#store(one).remove();
  }

  async #put(which: Which, said: object, { made, left }: Pick<KeptStage, 'made' | 'left'>): Promise<void> {
    const files = made ? await (isReward(made) ? rewardFolder(made) : alignedFolder(made)) : [];
    await this.#store(which).save(encode(said, files, left), {});
    if (made) await this.#store(which).dropOlder();
  }

  async #load(which: Which): Promise<ReturnType<typeof decode> | null> {
    const loaded = await this.#store(which).load();
    return loaded && decode(loaded.body);
  }

  #store(which: Which): SlotStore {
    const there = this.#stores.get(which) ?? new SlotStore(this.#files, slotsOf(which), this.#options);
    this.#stores.set(which, there);
    return there;
  }
}

function ifDamaged(error: unknown): null {
  if (error instanceof StorageError && error.code === 'damaged') return null;
  throw error;
}

/** A safetensors file in parts: the files of a model's folder, the pools of a stage on its way, and what is said of it as JSON. */
function encode(said: object, files: readonly FolderFile[], left: StageState | undefined): Uint8Array[] {
  const tensors: SafeTensor[] = files.map(({ name, bytes }) => ({
    ...{ name: `file ${name}`, dtype: 'U8' as const, shape: [bytes.length], data: new Uint8Array(bytes) },
  }));
  for (const [name, data] of Object.entries(left?.pools ?? {}))
    tensors.push({ name, dtype: 'F32', shape: [data.length], data });
  return safetensorsParts(tensors, { [key]: JSON.stringify({ said, step: left?.step ?? null }) });
}

function decode(body: Uint8Array): { said: object; files: FolderFile[]; left: StageState | null } {
  const { tensors, metadata } = decodeSafetensors(body);
  const { said, step } = JSON.parse(metadata[key]!) as { said: object; step: number | null };
  const files: FolderFile[] = [];
  const pools: Record<string, unknown> = {};
  for (const [name, { data }] of tensors) {
    if (name.startsWith('file ')) files.push({ name: name.slice('file '.length), bytes: data as Uint8Array });
    else pools[name] = data;
  }
  return { said, files, left: step === null ? null : { step, pools: pools as unknown as Pools } };
}
