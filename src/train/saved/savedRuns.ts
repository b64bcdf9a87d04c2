/** The runs of this browser: saved while they train, listed, and gone on with. */
import type { RunConfig } from '../../config/run.ts';
import { placeOfStep } from '../../recipe/place.ts';
import type { GivenFile } from '../../data/prepare.ts';
import { decodeSafetensors, safetensorsParts } from '../../export/safetensors.ts';
import type { MetricColumns, SavedList, SavedRun } from '../../protocol.ts';
import { planRun, type RunPart } from '../../recipe/phases.ts';
import type { Files } from '../../storage/files.ts';
import { type Facts, type Head, hex, digestOf } from '../../storage/head.ts';
import { heldRuns, holdRun } from '../../storage/lock.ts';
import { inputsOf, recordOf, RunList } from '../../storage/runs.ts';
import { SlotStore } from '../../storage/slots.ts';
import { isFull, megabytes, withSpace } from '../../storage/space.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { UserError } from '../../util/errors.ts';
import { announceChange } from '../../util/tabs.ts';
import { mostFinishedBytes, undoTime } from '../../util/kept.ts';
import { readTokenizer } from '../../world/readTokenizer.ts';
import { type Checkpoint, decodeCheckpoint } from './checkpoint.ts';
import type { TrainingData } from '../run/data.ts';
import { columnsOf } from '../../recipe/measurements.ts';
import { newHistory } from '../run/history.ts';
import { Keeper, type KeeperListener, type SavedState } from './keeper.ts';
import { takeRun } from './tabs.ts';
import { trainingWords } from '../../words/training.ts';
import { noticeWords } from '../../words/notices.ts';

/** Bytes of text kept with a run in a browser. One on more text goes on as long as its tab lives. */
const mostInputBytes = 256 * 2 ** 20;

export interface SavingOptions {
  /** Bytes of text kept with a run. */
  mostInputBytes?: number;
  /** Seconds between saves; absent: what loses least (keeper.ts). */
  every?: number;
}

/** What a run is made of besides its weights. */
export interface SavedInputs {
  config: RunConfig;
  files: GivenFile[];
  /** A base's; null: made from the data. */
  tokenizer: Tokenizer | null;
}

export interface Resumed extends SavedInputs {
  checkpoint: Checkpoint;
  /** How it stood. */
  state: SavedState;
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
  /** What the run that is trained here is saved to. */
  #store: SlotStore | null = null;

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
    const { runs: all, deleted } = await this.#list.all();
    const runs = all
      .filter(({ id }) => id !== this.#held?.id)
      .map((run) => ({ ...run, elsewhere: held.has(run.id) && !own.includes(run.id) }));
    const passed = deleted.filter(({ deletedAt }) => deletedAt <= Date.now() - undoTime);
    await this.#removeAll(passed);
    return {
      runs,
      deleted: deleted.filter((run) => !passed.includes(run)),
      notes: this.#list.notes,
      waiting: this.#list.waiting,
    };
  }
  /** A run as its last save tells it, with its curve; null: there is none. */
  async recorded(id: string): Promise<{ run: SavedRun; metrics: MetricColumns | null } | null> {
    const run = (await this.list()).find((listed) => listed.id === id);
    return run ? { run, metrics: await this.metrics(id) } : null;
  }
  metrics = (id: string): Promise<MetricColumns | null> => this.#list.metrics(id);

  /** Makes room, stores what a new run trains on, and returns what saves it from now on. */
  async begin(inputs: SavedInputs, part: RunPart, data: TrainingData, listener: KeeperListener): Promise<Keeper> {
    const id = crypto.randomUUID();
    await this.#hold(id);
    await this.#list.removeUnbegun(new Set([id, ...(await heldRuns())]));
    await this.emptyDeleted(undoTime);
    await this.#clearFinished();
    let inputBytes = 0;
    try {
      // With the tokenizer a model can be read without the text it was made from, which a newer version of this app may have changed.
      const encoded = await encodeInputs(
        { ...inputs, tokenizer: inputs.tokenizer ?? data.tokenizer },
        this.#options.mostInputBytes,
      );
      inputBytes = bytesOf(encoded);
      await this.#save(new SlotStore(this.files, inputsOf(id)), encoded, {}, listener);
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
      inputBytes,
      batches: await fingerprint(data, config, part),
    };
    return this.#keeper(id, new SlotStore(this.files, id), facts, newHistory(data.notes), listener);
  }

  /** Deletes runs in a way that can be undone; UserError where another tab trains one, which stays. */
  async delete(ids: readonly string[], at: number): Promise<void> {
    const done = await Promise.allSettled(ids.map((id) => this.#alone(id, () => this.#list.markDeleted(id, at))));
    const failed = done.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** UserError where it is no longer there, or was not deleted. */
  async restore(ids: readonly string[]): Promise<void> {
    const there = new Set((await this.#list.deleted()).map(({ id }) => id));
    for (const id of ids.filter((one) => there.has(one))) await this.#list.restore(id);
    announceChange();
    if (!ids.every((id) => there.has(id))) throw new UserError(trainingWords.roomNeeded, { code: 'gone' });
  }

  /** Frees the room of runs that were deleted at least so many ms ago. */
  async emptyDeleted(ago = 0): Promise<void> {
    const before = Date.now() - ago;
    await this.#removeAll((await this.#list.deleted()).filter(({ deletedAt }) => deletedAt <= before));
  }

  /** One that cannot be removed now stays. */
  async #removeAll(runs: readonly SavedRun[]): Promise<void> {
    for (const { id } of runs) await this.remove(id).catch(() => {});
  }

  /** For good. UserError where another tab trains it. */
  remove(id: string): Promise<void> {
    if (this.#held?.id === id) this.#store?.letGo();
    return this.#alone(id, () => this.#list.remove(id));
  }

  async #alone(id: string, work: () => Promise<void>): Promise<void> {
    const release = this.#held?.id === id ? () => {} : await holdRun(id);
    try {
      await work();
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
    this.#store?.letGo();
    this.#store = null;
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

  /** A saved run as it was, to be gone on with. UserError where there is none, or none that is whole. */
  async load(id: string): Promise<Resumed> {
    await this.#hold(id);
    return this.read(id);
  }

  /** The same to be looked at: it can still be another's to write. */
  async read(id: string): Promise<Resumed> {
    const store = new SlotStore(this.files, id);
    const loaded = await store.load();
    if (!loaded) throw new UserError(trainingWords.notSaved);
    return {
      ...(await this.#inputs(id)),
      checkpoint: decodeCheckpoint(loaded.body),
      state: recordOf(id, loaded.head).state,
      batches: String(loaded.head.facts.batches),
      passed: store.passed.map(({ message }) => message),
    };
  }

  /** What saves a run from now on that was loaded; `data`: prepared anew. UserError where that is not what it was. */
  async goOn(id: string, resumed: Resumed, data: TrainingData, listener: KeeperListener): Promise<Keeper> {
    await checkData(data, resumed);
    const { checkpoint } = resumed;
    const store = new SlotStore(this.files, id);
    const head = await store.newest();
    return this.#keeper(id, store, head!.facts, checkpoint.history, listener);
  }

  #keeper(
    id: string,
    store: SlotStore,
    facts: ConstructorParameters<typeof Keeper>[2],
    history: Keeper['history'],
    listener: KeeperListener,
  ): Keeper {
    this.#store = store;
    const keeper = new Keeper(
      {
        save: async (parts, saved) => {
          const head = await this.#save(store, parts, saved, listener);
          // Room, and a last moment's save: without either of them this one is as good.
          await (saved.state === 'done' ? store.dropOlder() : store.hold(head)).catch(() => {});
          return head;
        },
        ...(this.files.answersAtOnce && { saveNow: (parts, saved) => store.saveNow(parts, saved) }),
        load: () => store.load(),
      },
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

  /** Makes the finished runs keep to their room, oldest first. One that is open in another tab stays, and all that can be gone on with. */
  async #clearFinished(): Promise<void> {
    let taken = 0;
    for (const [i, { id, bytes, inputBytes = 0 }] of (await this.#finished()).entries()) {
      taken += bytes + inputBytes;
      // An older version of this app kept two saves of each.
      if (i === 0 || taken <= mostFinishedBytes) await this.#list.dropOlder(id).catch(() => {});
      else await this.remove(id).catch(() => {});
    }
  }

  /** Newest first. */
  async #finished(): Promise<SavedRun[]> {
    return (await this.list()).filter(({ state, id }) => state === 'done' && id !== this.#held?.id);
  }

  /** A save that finds no room has deleted runs freed, then finished ones deleted, oldest first, until it does; nothing else ever is. */
  async #save(store: SlotStore, parts: readonly Uint8Array[], facts: Facts, listener: KeeperListener): Promise<Head> {
    for (;;) {
      try {
        return await store.save(parts, facts);
      } catch (error) {
        if (!isFull(error)) throw error;
        if (!(await this.#makeRoom(listener).catch(() => false))) {
          throw await withSpace(error, bytesOf(parts));
        }
      }
    }
  }

  /** Frees a deleted run, else deletes the oldest finished one that nobody has open; false: there is none. */
  async #makeRoom(listener: KeeperListener): Promise<boolean> {
    for (const { id } of (await this.#list.deleted()).toReversed()) {
      if (
        await this.remove(id).then(
          () => true,
          () => false,
        )
      )
        return true;
    }
    for (const { id, preset, seed, endStep, bytes } of (await this.#finished()).toReversed()) {
      const deleted = await this.remove(id).then(
        () => true,
        () => false,
      );
      if (!deleted) continue;
      listener.madeRoom?.(noticeWords.madeRoom(preset, seed, endStep, megabytes(bytes)));
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

  async #inputs(id: string): Promise<SavedInputs> {
    const loaded = await new SlotStore(this.files, inputsOf(id)).load();
    if (!loaded) throw new UserError(trainingWords.textNotSaved);
    return decodeInputs(loaded.body);
  }
}

const bytesOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** UserError where data that was prepared anew is not what the run was trained on. */
export async function checkData(data: TrainingData, { config, checkpoint, batches }: Resumed): Promise<void> {
  if ((await fingerprint(data, config, checkpoint.part)) === batches) return;
  throw new UserError(trainingWords.textChanged);
}

const key = 'rekindle';

async function encodeInputs({ config, files, tokenizer }: SavedInputs, most = mostInputBytes): Promise<Uint8Array[]> {
  const bytes = files.reduce(
    (sum, file) => sum + (file.bytes instanceof Blob ? file.bytes.size : file.bytes.byteLength),
    0,
  );
  if (bytes > most) {
    throw new UserError(trainingWords.largeFiles(bytes, most));
  }
  const json = {
    config,
    files: files.map((file) => ({ ...file, bytes: undefined })),
    tokenizer: tokenizer?.toHuggingFace() ?? null,
  };
  const tensors = files.map(async ({ bytes: given }, i) => {
    const data = new Uint8Array(given instanceof Blob ? await given.arrayBuffer() : given);
    return { name: `file ${i}`, dtype: 'U8' as const, shape: [data.length], data };
  });
  return safetensorsParts(await Promise.all(tensors), { [key]: JSON.stringify(json) });
}

async function decodeInputs(body: Uint8Array): Promise<SavedInputs> {
  const { tensors, metadata } = decodeSafetensors(body);
  const { config, files, tokenizer } = JSON.parse(metadata[key]!);
  const read = tokenizer && (await readTokenizer(tokenizer));
  const dataOf = (i: number): Uint8Array => tensors.get(`file ${i}`)!.data as Uint8Array;
  return {
    config,
    files: files.map((file: Omit<GivenFile, 'bytes'>, i: number) => ({ ...file, bytes: dataOf(i) })),
    tokenizer: read,
  };
}

/** SHA-256 of the first and the last batch of every phase: equal where the data and the tokenizer are. */
export async function fingerprint({ batches }: TrainingData, config: RunConfig, part: RunPart): Promise<string> {
  const hashes: string[] = [];
  for (const { firstStep, steps, blend } of planRun(config, part).phases) {
    for (const step of [firstStep, firstStep + steps - 1]) {
      const { tokens, targets } = batches.draw(placeOfStep(step, config.batch), blend);
      hashes.push(hex(await digestOf(new Uint8Array(Uint32Array.of(...tokens, ...targets).buffer))));
    }
  }
  return hex(await digestOf(new TextEncoder().encode(hashes.join())));
}
