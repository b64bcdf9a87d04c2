/** The runs of this browser: saved while they train, listed, and gone on with. */
import type { RunConfig } from '../config/run.ts';
import { placeOfStep } from '../recipe/place.ts';
import type { GivenFile } from '../data/prepare.ts';
import { decodeSafetensors, safetensorsParts } from '../export/safetensors.ts';
import type { MetricColumns, SavedList, SavedRun } from '../protocol.ts';
import { planRun, type RunPart } from '../recipe/phases.ts';
import type { Files } from '../storage/files.ts';
import { type Facts, type Head, hex, sha256 } from '../storage/head.ts';
import { heldRuns, holdRun } from '../storage/lock.ts';
import { inputsOf, recordOf, RunList } from '../storage/runs.ts';
import { SlotStore } from '../storage/slots.ts';
import { isFull, megabytes, withSpace } from '../storage/space.ts';
import { fromHuggingFace } from '../tokenizer/huggingface.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { UserError } from '../util/errors.ts';
import { announceChange } from '../util/tabs.ts';
import { isWordLevel, readWordTokenizer } from '../world/tokenizer.ts';
import { type Checkpoint, decodeCheckpoint } from './checkpoint.ts';
import type { TrainingData } from './data.ts';
import { columnsOf } from './events.ts';
import { newHistory } from './history.ts';
import { Keeper, type KeeperListener } from './keeper.ts';
import { takeRun } from './tabs.ts';

/** Finished runs whose saves are kept; the ones saved longest ago make room for a new run. One that can be gone on with stays. */
const mostFinished = 4;
/** Bytes of text kept with a run in a browser. One on more text goes on as long as its tab lives. */
const mostInputBytes = 256 * 2 ** 20;

export interface SavingOptions {
  /** Bytes of text kept with a run. */
  mostInputBytes?: number;
  /** Seconds between saves; absent: what loses least (keeper.ts). */
  every?: number;
}

/** What a run is made of besides its weights. */
export interface Inputs {
  config: RunConfig;
  files: GivenFile[];
  /** A base's; null: made from the data. */
  tokenizer: Tokenizer | null;
}

export interface Resumed extends Inputs {
  checkpoint: Checkpoint;
  /** What the run must still be trained on: see `fingerprint`. */
  batches: string;
  /** Of saves that were passed over, in words. */
  passed: string[];
}

export class SavedRuns {
  readonly files: Files;
  readonly #list: RunList;
  readonly #options: SavingOptions;
  /** The run that is being trained here, and what frees it. */
  #held: { id: string; release: () => void } | null = null;
  /** One that another tab let go of for us. */
  #claimed: { id: string; release: () => void } | null = null;

  static async open(files: Files, options?: SavingOptions): Promise<SavedRuns> {
    return new SavedRuns(files, await RunList.open(files), options);
  }

  constructor(files: Files, list: RunList = new RunList(files), options: SavingOptions = {}) {
    this.files = files;
    this.#list = list;
    this.#options = options;
  }

  list = (): Promise<SavedRun[]> => this.#list.list();
  /** All but the one that is trained here; with what other tabs train. */
  async listed(): Promise<SavedList> {
    const held = await heldRuns();
    const own = [this.#held?.id, this.#claimed?.id];
    const all = (await this.list()).filter(({ id }) => id !== this.#held?.id);
    const runs = all.map((run) => ({ ...run, elsewhere: held.has(run.id) && !own.includes(run.id) }));
    return { runs, notes: this.#list.notes };
  }
  /** A run as its last save tells it, with its curve; null: there is none. */
  async recorded(id: string): Promise<{ run: SavedRun; metrics: MetricColumns | null } | null> {
    const run = (await this.list()).find((listed) => listed.id === id);
    return run ? { run, metrics: await this.metrics(id) } : null;
  }
  metrics = (id: string): Promise<MetricColumns | null> => this.#list.metrics(id);

  /** Makes room, stores what a new run trains on, and returns what saves it from now on. */
  async begin(inputs: Inputs, part: RunPart, data: TrainingData, listener: KeeperListener): Promise<Keeper> {
    const id = crypto.randomUUID();
    await this.#hold(id);
    await this.#list.removeUnbegun(new Set([id, ...(await heldRuns())]));
    // One that is open in another tab stays.
    for (const { id: old } of (await this.#finished()).slice(mostFinished)) await this.remove(old).catch(() => {});
    try {
      await this.#save(new SlotStore(this.files, inputsOf(id)), await encodeInputs(inputs, this.#options.mostInputBytes), {}, listener);
    } catch (error) {
      await this.#list.remove(id).catch(() => {}); // half of it would be in the way for ever
      throw error;
    }
    const { config } = inputs;
    const facts = {
      preset: config.preset,
      seed: config.seed,
      part,
      endStep: planRun(config, part).endStep,
      startedAt: Date.now(),
      batches: await fingerprint(data, config, part),
    };
    return this.#keeper(id, new SlotStore(this.files, id), facts, newHistory(), listener);
  }

  /** UserError where another tab trains it. */
  async remove(id: string): Promise<void> {
    const release = this.#held?.id === id ? () => {} : await holdRun(id);
    try {
      await this.#list.remove(id);
    } finally {
      release();
      announceChange();
    }
  }

  /** The run that is held here; null: none. */
  get held(): string | null {
    return this.#held?.id ?? null;
  }

  /** Lets go of what is held, whose last save has ended: other tabs may go on with it. */
  release(): void {
    if (!this.#held && !this.#claimed) return;
    this.#held?.release();
    this.#claimed?.release();
    this.#held = this.#claimed = null;
    announceChange();
  }

  /** Has the tab that trains a run let go of it, and keeps it for `load`. UserError where that tab does not. */
  async claim(id: string): Promise<void> {
    if (this.#held?.id === id || this.#claimed?.id === id) return;
    const release = await takeRun(id);
    this.#claimed?.release();
    this.#claimed = { id, release };
  }

  async config(id: string): Promise<RunConfig> {
    return (await this.#inputs(id)).config;
  }

  /** A saved run as it was. UserError where there is none, or none that is whole. */
  async load(id: string): Promise<Resumed> {
    await this.#hold(id);
    const store = new SlotStore(this.files, id);
    const loaded = await store.load();
    if (!loaded) throw new UserError('This run is no longer saved in this browser: start it again.');
    return {
      ...(await this.#inputs(id)),
      checkpoint: decodeCheckpoint(loaded.body),
      batches: String(loaded.head.facts.batches),
      passed: store.passed.map(({ message }) => message),
    };
  }

  /** What saves a run from now on that was loaded; `data`: prepared anew. UserError where that is not what it was. */
  async goOn(id: string, { config, checkpoint, batches }: Resumed, data: TrainingData, listener: KeeperListener): Promise<Keeper> {
    if ((await fingerprint(data, config, checkpoint.part)) !== batches) {
      throw new UserError('The text or the tokenizer of this run is not what it was when it was saved: start it again.');
    }
    const store = new SlotStore(this.files, id);
    const head = await store.newest();
    return this.#keeper(id, store, head!.facts, checkpoint.history, listener);
  }

  #keeper(id: string, store: SlotStore, facts: ConstructorParameters<typeof Keeper>[2], history: Keeper['history'], listener: KeeperListener): Keeper {
    const keeper = new Keeper(
      { save: (parts, saved) => this.#save(store, parts, saved, listener), load: () => store.load() },
      {
        ...listener,
        saved: (saved, head) => {
          listener.saved(saved, head);
          // The list follows the slots; where it cannot, reading it will bring it in line.
          const listed = this.#list.put(recordOf(id, head), columnsOf(keeper.history.metrics)).catch(() => {});
          void listed.then(announceChange);
        },
      },
      facts,
      { history, every: this.#options.every },
    );
    return keeper;
  }

  /** Newest first. */
  async #finished(): Promise<SavedRun[]> {
    return (await this.list()).filter(({ state, id }) => state === 'done' && id !== this.#held?.id);
  }

  /** A save that finds no room has finished runs deleted, oldest first, until it does; nothing else is ever deleted for one. */
  async #save(store: SlotStore, parts: readonly Uint8Array[], facts: Facts, listener: KeeperListener): Promise<Head> {
    for (;;) {
      try {
        return await store.save(parts, facts);
      } catch (error) {
        if (!isFull(error)) throw error;
        if (!(await this.#makeRoom(listener).catch(() => false))) {
          throw await withSpace(error, parts.reduce((sum, part) => sum + part.length, 0));
        }
      }
    }
  }

  /** Deletes the oldest finished run that nobody has open; false: there is none. */
  async #makeRoom(listener: KeeperListener): Promise<boolean> {
    for (const { id, preset, seed, endStep, bytes } of (await this.#finished()).toReversed()) {
      const deleted = await this.remove(id).then(() => true, () => false);
      if (!deleted) continue;
      listener.madeRoom?.(
        `The browser’s storage is full: the saves of a finished run were deleted to make room (${preset}, seed ${seed}, ` +
          `${endStep} steps, ${megabytes(bytes)} a save). Its curve stays in the list of runs.`,
      );
      return true;
    }
    return false;
  }

  /** This run, and no other, is ours to write. */
  async #hold(id: string): Promise<void> {
    if (this.#held?.id === id) return;
    const claimed = this.#claimed?.id === id ? this.#claimed : null;
    if (claimed) this.#claimed = null;
    this.release();
    this.#held = claimed ?? { id, release: await holdRun(id) };
  }

  async #inputs(id: string): Promise<Inputs> {
    const loaded = await new SlotStore(this.files, inputsOf(id)).load();
    if (!loaded) throw new UserError('The text of this run is no longer saved in this browser: start it again.');
    return decodeInputs(loaded.body);
  }
}

const key = 'rekindle';

async function encodeInputs({ config, files, tokenizer }: Inputs, most = mostInputBytes): Promise<Uint8Array[]> {
  const bytes = files.reduce((sum, file) => sum + (file.bytes instanceof Blob ? file.bytes.size : file.bytes.byteLength), 0);
  if (bytes > most) {
    throw new UserError(
      `The files have ${bytes} bytes, of which at most ${most} are kept with a run: it cannot be resumed once it is closed.`,
    );
  }
  const json = { config, files: files.map((file) => ({ ...file, bytes: undefined })), tokenizer: tokenizer?.toHuggingFace() ?? null };
  const tensors = files.map(async ({ bytes: given }, i) => {
    const data = new Uint8Array(given instanceof Blob ? await given.arrayBuffer() : given);
    return { name: `file ${i}`, dtype: 'U8' as const, shape: [data.length], data };
  });
  return safetensorsParts(await Promise.all(tensors), { [key]: JSON.stringify(json) });
}

function decodeInputs(body: Uint8Array): Inputs {
  const { tensors, metadata } = decodeSafetensors(body);
  const { config, files, tokenizer } = JSON.parse(metadata[key]!);
  const read = tokenizer && (isWordLevel(tokenizer) ? readWordTokenizer(tokenizer) : fromHuggingFace(tokenizer));
  const bytesOf = (i: number): Uint8Array => tensors.get(`file ${i}`)!.data as Uint8Array;
  return { config, files: files.map((file: Omit<GivenFile, 'bytes'>, i: number) => ({ ...file, bytes: bytesOf(i) })), tokenizer: read };
}

/** SHA-256 of the first and the last batch of every phase: equal where the data and the tokenizer are. */
export async function fingerprint({ batches }: TrainingData, config: RunConfig, part: RunPart): Promise<string> {
  const hashes: string[] = [];
  for (const { firstStep, steps, blend } of planRun(config, part).phases) {
    for (const step of [firstStep, firstStep + steps - 1]) {
      const { tokens, targets } = batches.draw(placeOfStep(step, config.batch), blend);
      hashes.push(hex(await sha256(new Uint8Array(Uint32Array.of(...tokens, ...targets).buffer))));
    }
  }
  return hex(await sha256(new TextEncoder().encode(hashes.join())));
}
