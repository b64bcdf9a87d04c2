/**
 * A saved run, shown again: nothing is trained. Its model leaves as files without a device; to write text, or to lend its weights, it is
 * put on one when that is first asked for. What is not asked for stays on the disk.
 */
import type { ExportPart, RunEvents, ShownRun as Shown } from '../../protocol.ts';
import type { FolderFile } from '../../export/huggingface.ts';
import { SlotStore } from '../../storage/slots.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { OpenBackend } from '../backends/backend.ts';
import type { TrainingData } from '../run/data.ts';
import { EventBatcher } from '../run/events.ts';
import { exportSaved, savedAdapter, savedOptimizer } from '../bases/exportModel.ts';
import { retell } from '../run/history.ts';
import { listening } from '../../util/events.ts';
import type { RunNews } from '../run/listener.ts';
import { Keeper } from './keeper.ts';
import type { Run } from '../run/run.ts';
import { checkData, type Resumed, type SavedRuns } from './savedRuns.ts';
import { SupervisedRun } from '../run/supervisor.ts';

type Prepare = (saved: Resumed) => Promise<TrainingData>;

export class OpenedRun {
  readonly #id: string;
  readonly #runs: SavedRuns;
  readonly #open: OpenBackend;
  readonly #prepare: Prepare;
  #run: Promise<SupervisedRun> | null = null;

  /** The run, and what the page shows of it. UserError where it is not there, or not whole. */
  static async open(
    id: string,
    runs: SavedRuns,
    open: OpenBackend,
    prepare: Prepare,
  ): Promise<{ run: OpenedRun; shown: Shown }> {
    const { config, checkpoint, state, passed } = await runs.read(id);
    let events: RunEvents = {};
    const all = new EventBatcher((told) => (events = told));
    for (const message of passed)
      all.tell({ kind: 'notice', said: { code: 'old-save', step: checkpoint.progress.step, message } });
    retell(checkpoint.history, all);
    all.tell({ kind: 'state', said: { kind: state === 'done' ? 'done' : 'stopped' } });
    all.flush();
    return { run: new OpenedRun(id, runs, open, prepare), shown: { config, part: checkpoint.part, events } };
  }

  private constructor(id: string, runs: SavedRuns, open: OpenBackend, prepare: Prepare) {
    this.#id = id;
    this.#runs = runs;
    this.#open = open;
    this.#prepare = prepare;
  }

  async live(): Promise<Run> {
    this.#run ??= this.#load();
    this.#run.catch(() => (this.#run = null)); // another time its text may be there, or the GPU
    return (await this.#run).live();
  }

  async exportModel(part: ExportPart): Promise<FolderFile[]> {
    const saved = await this.#runs.read(this.#id);
    if (part === 'adapter') return savedAdapter(saved.checkpoint);
    if (part === 'optimizer') return savedOptimizer(saved.checkpoint);
    return exportSaved(saved.checkpoint, await this.#tokenizer(saved));
  }

  destroy(): void {
    void this.#run?.then(
      (run) => run.destroy(),
      () => {},
    );
  }

  /** An older version of this app did not keep a tokenizer that was made from the text. */
  async #tokenizer(saved: Resumed): Promise<Tokenizer> {
    return saved.tokenizer ?? (await this.#checked(saved)).tokenizer;
  }

  async #checked(saved: Resumed): Promise<TrainingData> {
    const data = await this.#prepare(saved);
    await checkData(data, saved);
    return data;
  }

  async #load(): Promise<SupervisedRun> {
    const saved = await this.#runs.read(this.#id);
    const data = await this.#checked(saved);
    const keeper = new Keeper(new SlotStore(this.#runs.files, this.#id), { saved() {}, failed() {} }, {});
    return new SupervisedRun(
      this.#open,
      { config: saved.config, data, base: null, keeper, from: saved.checkpoint },
      listening<RunNews>({}),
    );
  }
}
