/** The trainer a page talks to: one device, one run at a time. */
import { fetchFrom } from '../data/catalogue.ts';
import { checkFile } from '../data/check.ts';
import { tokenIndex } from '../data/tokenIndex.ts';
import { presetConfig } from '../config/presets.ts';
import type { RunConfig } from '../config/run.ts';
import { readBlobs } from '../export/inspectFolder.ts';
import type {
  BaseSource,
  Calibration,
  ExperimentRequest,
  RunEvents,
  Saved,
  TrainerApi,
  TrialProgress,
  TrialRequest,
  UserFile,
} from '../protocol.ts';
import { MemoryFiles } from '../storage/files.ts';
import { openFiles } from '../storage/open.ts';
import { SlotStore } from '../storage/slots.ts';
import { armsOf, experimentNamed } from '../recipe/experiments.ts';
import { UserError } from '../util/errors.ts';
import { worldCard } from '../world/card.ts';
import { prepareWorld } from '../world/prepare.ts';
import { lossOf, type OpenBackend } from './backends/backend.ts';
import { openChosen, openGpu } from './backends/page.ts';
import { type Base, checkBase, describeFolder, readAnyBase, withAdapters } from './bases/base.ts';
import { Bases } from './bases/bases.ts';
import { benchmarkDevice } from './trials/benchmarkDevice.ts';
import { calibrate } from './trials/calibrate.ts';
import { prepareData, type TrainingData } from './run/data.ts';
import { Engine } from './engine/engine.ts';
import { EventBatcher, ExperimentBatcher } from './run/events.ts';
import { exportAdapter, exportModel } from './bases/exportModel.ts';
import type { Injector } from './run/faults.ts';
import { type History, newHistory, retell } from './run/history.ts';
import { Keeper, type KeeperListener } from './saved/keeper.ts';
import { OpenedRun } from './saved/opened.ts';
import { type FileSize, Preflights } from './trials/preflight.ts';
import type { Run } from './run/run.ts';
import { type Resumed, SavedRuns } from './saved/savedRuns.ts';
import { superviseExperiment } from './experiment/supervisedExperiment.ts';
import { SupervisedRun, type Making } from './run/supervisor.ts';
import { RunSharer, watchRun } from './saved/tabs.ts';
import type { Loan } from './run/loan.ts';
import { overfit, runGrid, startingBench, sweep } from './trials/trials.ts';
import { tryModel } from './trials/tryModel.ts';

const sizesOf = (files: readonly UserFile[]): FileSize[] =>
  files.map(({ source, bytes }) => ({ source, bytes: bytes.size }));
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const codeOf = (error: unknown): string | undefined => (error instanceof UserError ? error.code : undefined);

/** What tells runs apart that start from the same text, base and kernels; null: files of the user's are not prepared ahead. */
const warmKey = (config: RunConfig, files: readonly UserFile[], source: BaseSource | null): string | null =>
  files.length > 0 || source?.kind === 'folder' ? null : JSON.stringify([config, source]);

/**
 * `dataFolder`, `basesFolder`: addresses of the shipped shards and base checkpoints. `inject`: tests only, of what a GPU may do, and so
 * on none but a GPU.
 */
export function createTrainer(dataFolder: string, basesFolder: string, inject?: Injector): TrainerApi {
  const bases = new Bases(fetchFrom(basesFolder));
  const preflights = new Preflights(fetchFrom(dataFolder));
  let opened: ReturnType<OpenBackend> | null = null;
  let storage: Promise<{ runs: SavedRuns; notice: string | null }> | null = null;
  /** Text and base of a run that may be started next. */
  let warm: { key: string; made: Promise<{ base: Base | null; data: TrainingData }> } | null = null;
  /** The page's run, whose weights can be sampled and saved after its end. */
  let run: SupervisedRun | OpenedRun | null = null;
  /** What trains now: that run, or an arm of an experiment. */
  let current: SupervisedRun | Run | null = null;
  /** Set by `stop`, also while text is prepared or kernels compile; a new start clears it. */
  let stopping = false;
  /** The end of the run before, which a new one waits for: its buffers are in use until then. */
  let ended: Promise<unknown> = Promise.resolve();
  /** Shows the run to other tabs; null: it is not saved, or there is none. */
  let sharer: RunSharer | null = null;
  /** What saves the run under way. */
  let keeping: Keeper | null = null;
  /** Set when another tab has asked for the run: its end is then no stop. */
  let moved = false;
  /** Ends the watching of another tab's run. */
  let watching: AbortController | null = null;

  let openBackend = inject ? openGpu((device) => inject.opened(device)) : openChosen('auto');
  /** What trains, opened when first asked for and again after it was lost or refused. */
  const open: OpenBackend = () => {
    const forget = (): void => {
      if (opened === asked) opened = null;
    };
    const asked = (opened ??= openBackend().then((answer) => {
      if ('cause' in answer) forget();
      else void answer.loss.then(forget);
      return answer;
    }));
    return asked;
  };
  const theBackend = async () => {
    const answer = await open();
    if ('cause' in answer) throw new UserError(answer.message);
    return answer;
  };
  const saved = () =>
    (storage ??= openFiles().then(async ({ files, notice }) => ({ runs: await SavedRuns.open(files), notice })));
  const theRun = (): SupervisedRun | OpenedRun => {
    if (!run) throw new UserError('There is no run yet: press Start first.');
    return run;
  };
  /** The page's run, to be commanded. */
  const trained = (): SupervisedRun => {
    const found = theRun();
    if (found instanceof OpenedRun) throw new UserError('This run is only shown: nothing is trained.');
    return found;
  };

  const baseOf = async (source: BaseSource, config: RunConfig): Promise<Base> => {
    const base =
      source.kind === 'folder'
        ? await readAnyBase(await readBlobs(source.files), presetConfig(config.preset))
        : await bases.shipped(config);
    if (!base)
      throw new UserError(
        `No base checkpoint is shipped for this configuration of "${config.preset}", seed ${config.seed}: train one.`,
      );
    await checkBase(base, config);
    return withAdapters(base, config);
  };

  /** What a run is made of. Once what was warmed up is taken, it is the run's. */
  const prepared = async (
    config: RunConfig,
    files: readonly UserFile[],
    source: BaseSource | null,
    onProgress: Parameters<typeof prepareData>[3],
  ): Promise<{ base: Base | null; data: TrainingData }> => {
    const found = warm?.key === warmKey(config, files, source) ? warm : null;
    warm = null;
    const made = await found?.made.catch(() => null); // what failed may do better now, and says why if not
    if (made) return made;
    const base = source && (await baseOf(source, config));
    return { base, data: await prepareData(config, files, fetchFrom(dataFolder), onProgress, base) };
  };

  const progressOf =
    (listener: EventBatcher) =>
    (what: string, done: number, total: number): void =>
      listener.state({ kind: 'preparing', what, done, total });

  /** What a run's page hears, and the tabs that watch it. */
  const listenerOf = (onEvents: (events: RunEvents) => void): EventBatcher =>
    new EventBatcher((events) => {
      const told =
        moved && events.state?.kind === 'stopped' ? { ...events, state: { kind: 'moved' as const } } : events;
      onEvents(told);
      sharer?.tell(told);
    });

  /** Lets other tabs see the run that is held, and have it. */
  const share = (runs: SavedRuns, history: () => History, listener: EventBatcher): void => {
    if (runs.held === null) return;
    sharer = new RunSharer(runs.held, {
      history,
      flush: () => listener.flush(),
      handOver() {
        moved = stopping = true;
        current?.stop();
      },
    });
  };

  /** After a run's end: all that it saves is on the disk, and other tabs may have it. */
  const letGo = async (): Promise<void> => {
    await keeping?.settled();
    keeping = null;
    sharer?.close();
    sharer = null;
    (await storage?.catch(() => null))?.runs.release();
  };

  /** What is told of saves. */
  const savesOf = (
    listener: EventBatcher,
    where: Saved['where'],
    id: () => string | null = () => null,
  ): KeeperListener => ({
    saved: ({ step, bytes }) => listener.saved({ id: id(), step, bytes, where }),
    madeRoom: (message) => listener.notice({ code: 'storage', step: null, message }),
    async failed(step, message) {
      // Of a lost device more is said elsewhere, and the run goes on from the save before.
      const answer = opened && (await opened);
      if (answer && !('cause' in answer) && !(await lossOf(answer)))
        listener.notice({ code: 'not-saved', step, message });
    },
  });

  const supervise = async (making: Omit<Making, 'disturb'>, listener: EventBatcher): Promise<void> => {
    keeping = making.keeper;
    if (stopping) return listener.state({ kind: 'stopped' });
    const made = new SupervisedRun(open, { ...making, disturb: inject?.disturb }, listener);
    current = run = made;
    await made.train();
  };

  const train = async (
    config: RunConfig,
    files: UserFile[],
    source: BaseSource | null,
    listener: EventBatcher,
  ): Promise<void> => {
    run?.destroy();
    run = null;
    await theBackend();
    const { base, data } = await prepared(config, files, source, progressOf(listener));
    for (const message of data.notes) listener.notice({ code: 'data', step: null, message });
    const part = base ? 'continued' : 'all';
    const keeper = await saved()
      .then(async ({ runs, notice }) => {
        if (notice) listener.notice({ code: 'storage', step: null, message: notice });
        const inputs = { config, files, tokenizer: base?.tokenizer ?? null };
        const begun = await runs.begin(
          inputs,
          part,
          data,
          savesOf(listener, runs.files.kind, () => runs.held),
        );
        share(runs, () => begun.history, listener);
        return begun;
      })
      .catch((error: unknown) => {
        // A run that cannot be saved is still a run.
        listener.notice({ code: 'not-saved', step: null, message: `This run is not saved. ${messageOf(error)}` });
        // A copy that lasts as long as the tab still brings it past a lost device.
        const history = newHistory(data.notes);
        return new Keeper(new SlotStore(new MemoryFiles(), 'run'), savesOf(listener, 'memory'), {}, { history });
      });
    await supervise({ config, data, base, keeper, from: null }, listener);
  };

  const resumeSaved = async (id: string, listener: EventBatcher): Promise<void> => {
    run?.destroy();
    run = null;
    await theBackend();
    const { runs } = await saved();
    const resumed = await runs.load(id);
    const { config, files, tokenizer, checkpoint, passed } = resumed;
    share(runs, () => keeping?.history ?? checkpoint.history, listener);
    for (const message of passed) listener.notice({ code: 'old-save', step: checkpoint.progress.step, message });
    retell(checkpoint.history, listener);
    const data = await prepareData(
      config,
      files,
      fetchFrom(dataFolder),
      progressOf(listener),
      tokenizer && { tokenizer },
      checkpoint.part,
    );
    const keeper = await runs.goOn(
      id,
      resumed,
      data,
      savesOf(listener, runs.files.kind, () => id),
    );
    await supervise({ config, data, base: null, keeper, from: checkpoint }, listener);
  };

  const experiment = async (
    { experiments, config, seeds, done }: ExperimentRequest,
    listener: ExperimentBatcher,
  ): Promise<void> => {
    const finished = await superviseExperiment(
      open,
      {
        experiment: { arms: armsOf(experiments.map(experimentNamed)) },
        config,
        seeds,
        done,
        baseOf: (seed) => bases.find({ ...config, seed }),
      },
      {
        compiling: listener.compiling,
        metric: listener.metric,
        heldOut: listener.heldOut,
        benchmark: listener.benchmark,
        row: listener.row,
        notice: listener.notice,
        waiting: () => listener.state({ kind: 'preparing', what: 'Waiting for the GPU' }),
        stopped: () => stopping,
        begin(arm, seed, next) {
          current = next;
          if (stopping) next.stop();
          listener.begin(arm, seed, next);
        },
        base: (seed, files) => bases.keep({ ...config, seed }, files),
      },
    );
    listener.state({ kind: finished ? 'done' : 'stopped' });
  };

  /** A trial or grid under way: `end` asks it to come to its end. */
  let trial: { isEnded: boolean; run?: Run } | null = null;
  const endTrial = (): void => {
    if (!trial) return;
    trial.isEnded = true;
    trial.run?.stop();
  };
  /** Does `work` as a trial: a new start ends it and waits for it. One at a time. */
  const asTrial = async <T>(work: (isEnded: () => boolean) => Promise<T>): Promise<T> => {
    endTrial();
    const own: typeof trial = (trial = { isEnded: false });
    const working = work(() => own.isEnded);
    ended = Promise.allSettled([ended, working]);
    return working;
  };

  /** Lends `work` an engine: of the run as it rests, or one that is made for it once nothing trains. */
  const onBench = async <T>(
    { weights, config, files, base: source }: TrialRequest,
    onProgress: (progress: TrialProgress) => void,
    work: (loan: Loan) => Promise<T>,
  ): Promise<T> => {
    if (weights === 'run') return (await theRun().live()).lend(work);
    const backend = await theBackend();
    const base = source && (await baseOf(source, config));
    const data = await prepareData(
      config,
      files,
      fetchFrom(dataFolder),
      (what) => onProgress({ kind: 'preparing', what }),
      base,
    );
    const bench = await startingBench(backend, config, data, base, (done, total) =>
      onProgress({ kind: 'compiling', done, total }),
    );
    try {
      return await work(bench);
    } finally {
      bench.engine.destroy();
    }
  };

  /** `begin` hears of the run whose first steps are timed. */
  const calibrateHere = async (
    config: RunConfig,
    files: UserFile[],
    source: BaseSource | null,
    begin: (timed: Run) => void,
  ): Promise<Calibration | null> => {
    const backend = await theBackend();
    const prepare = async () => {
      const base = source && (await baseOf(source, config));
      return { base, data: await prepareData(config, files, fetchFrom(dataFolder), () => {}, base) };
    };
    const { runs } = await saved();
    const measured = await calibrate({
      backend,
      config,
      files: runs.files,
      prepare,
      begin,
    });
    if (measured) await preflights.remember(backend, config, source ? 'continued' : 'all', sizesOf(files), measured);
    return measured;
  };

  const endAll = async (): Promise<void> => {
    stopping = true;
    current?.stop();
    endTrial();
    watching?.abort();
    await ended;
    current = null;
    stopping = moved = false;
  };

  /** Ends what is under way, then does `work`, whose failure the listener hears of in one sentence. */
  const instead = async (listener: EventBatcher | ExperimentBatcher, work: () => Promise<void>): Promise<void> => {
    await endAll();
    const working = async (): Promise<void> => {
      try {
        await work();
      } catch (error) {
        listener.state({ kind: 'failed', message: messageOf(error), code: codeOf(error) });
      } finally {
        listener.flush();
        await letGo();
      }
    };
    await (ended = working());
  };

  return {
    async beat() {},
    async adapter() {
      const answer = await open();
      return 'cause' in answer ? answer : { adapter: answer.report };
    },
    async choose(device) {
      if (inject) return;
      openBackend = openChosen(device);
      opened = null;
    },

    async start(config, files, onEvents, base) {
      const listener = listenerOf(onEvents);
      await instead(listener, () => train(config, files, base ?? null, listener));
    },

    async experiment(request, onEvents) {
      const listener = new ExperimentBatcher(onEvents);
      listener.state({ kind: 'preparing' });
      await instead(listener, () => experiment(request, listener));
    },
    checkFile,
    savedRuns: async () => (await saved()).runs.listed(),
    savedConfig: async (id) => (await saved()).runs.config(id),
    deleteSaved: async (ids, at) => (await saved()).runs.delete(ids, at),
    restoreSaved: async (ids) => (await saved()).runs.restore(ids),
    emptyDeleted: async () => (await saved()).runs.emptyDeleted(),
    async saveSoon() {
      keeping?.want();
    },
    async openSaved(id) {
      await endAll();
      const { runs } = await saved();
      const prepare = ({ config, files, tokenizer, checkpoint }: Resumed) =>
        prepareData(config, files, fetchFrom(dataFolder), () => {}, tokenizer && { tokenizer }, checkpoint.part);
      const { run: next, shown } = await OpenedRun.open(id, runs, open, prepare);
      run?.destroy();
      run = next;
      return shown;
    },
    async resumeSaved(id, onEvents) {
      const listener = listenerOf(onEvents);
      await instead(listener, () => resumeSaved(id, listener));
    },
    async watchSaved(id, onEvents) {
      watching?.abort();
      const { signal } = (watching = new AbortController());
      const { runs } = await saved();
      await watchRun(id, () => runs.recorded(id), onEvents, signal);
    },
    async unwatch() {
      watching?.abort();
    },
    claimSaved: async (id) => (await saved()).runs.claim(id),
    async goBack() {
      trained().goBack();
    },
    shippedBase: (config) => bases.offer(config),
    describeModel: describeFolder,
    tryModel: (config, files, source) =>
      asTrial(async () => {
        const backend = await theBackend();
        const base = await baseOf(source, config);
        const data = await prepareData(config, files, fetchFrom(dataFolder), () => {}, base);
        return tryModel(backend, config, data, base);
      }),
    worldCard: async (config) => worldCard(prepareWorld(config).corpus),

    async pause() {
      trained().pause();
    },
    async resume() {
      endTrial(); // the run waits for its weights
      trained().resume();
    },
    async step() {
      endTrial();
      trained().step();
    },
    async stop() {
      endTrial();
      stopping = true;
      current?.stop();
    },
    sample: async (prompt, tokens, temperature, seed) =>
      (await theRun().live()).sample(prompt, tokens, temperature, seed),
    async exportModel(part = 'model') {
      const found = theRun();
      if (found instanceof OpenedRun) return found.exportModel(part);
      return (part === 'adapter' ? exportAdapter : exportModel)(await found.live());
    },

    rangeTest: (request, onProgress) =>
      asTrial((isEnded) =>
        onBench(request, onProgress, (bench) =>
          sweep(bench, (points) => onProgress({ kind: 'sweeping', points: [...points] }), isEnded),
        ),
      ),
    overfit: (request, onProgress) =>
      asTrial((isEnded) =>
        onBench(request, onProgress, (bench) =>
          overfit(bench, (losses) => onProgress({ kind: 'overfitting', losses: [...losses] }), isEnded),
        ),
      ),
    async grid(request, onEvent) {
      const backend = await theBackend();
      return asTrial((isEnded) => {
        let cell = { rate: 0, sequences: 0, seed: 0 };
        return runGrid(
          backend,
          request,
          fetchFrom(dataFolder),
          {
            begin(next, cellRun) {
              cell = next;
              if (trial) trial.run = cellRun;
              if (isEnded()) cellRun.stop();
            },
            metric: ({ step }, { endStep }) => onEvent({ kind: 'running', ...cell, step, endStep }),
            row: (row) => onEvent({ kind: 'row', row }),
          },
          isEnded,
        );
      });
    },
    async endTrial() {
      endTrial();
    },

    async preflight(config, part, files) {
      return preflights.of(await theBackend(), config, part, files);
    },
    async warmUp(config, source) {
      const backend = await theBackend();
      const key = warmKey(config, [], source ?? null);
      if (key === null) return;
      const made = prepared(config, [], source ?? null, () => {});
      warm = { key, made };
      await made;
      // Its kernels stay compiled with the device.
      (await Engine.create(backend, config, tokenIndex)).destroy();
    },
    async calibrate(config, files, base) {
      const before = ended;
      return asTrial(async (isEnded) => {
        await before;
        return calibrateHere(config, files, base ?? null, (timed) => {
          if (trial) trial.run = timed;
          if (isEnded()) timed.stop();
        });
      });
    },

    async checkMachine(onProgress) {
      const backend = await theBackend();
      const work = ended.then(() => benchmarkDevice(backend, onProgress));
      ended = work.catch(() => undefined);
      return work;
    },
  };
}
