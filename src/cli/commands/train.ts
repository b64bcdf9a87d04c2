/**
 * `npm run recipe -- …`: one run from a configuration, from its beginning or from a base checkpoint, into a folder; `--resume` goes on
 * with one that was interrupted. It is saved as it goes and outlives its device, by the page's own code.
 */
import type { RunConfig } from '../../config/run.ts';
import { parameterCount } from '../../model/parameters.ts';
import { withAdapters } from '../../train/bases/base.ts';
import type { Notice, RunState } from '../../protocol.ts';
import { type MetricRow, measurementNames } from '../../recipe/measurements.ts';
import { conclude } from '../../recipe/results/conclusion.ts';
import { conclusionSentences } from '../../recipe/results/conclusionWords.ts';
import { planRun } from '../../recipe/phases.ts';
import { prepareData } from '../../train/run/data.ts';
import { checkRun } from '../../train/engine/room.ts';
import { exportAdapter, exportModel } from '../../train/bases/exportModel.ts';
import { newHistory } from '../../train/run/history.ts';
import { Keeper } from '../../train/saved/keeper.ts';
import type { RunNews } from '../../train/run/listener.ts';
import { type Resumed, SavedRuns } from '../../train/saved/savedRuns.ts';
import { type Making, SupervisedRun } from '../../train/run/supervisor.ts';
import { MemoryFiles } from '../../storage/files.ts';
import { SlotStore } from '../../storage/slots.ts';
import { UserError } from '../../util/errors.ts';
import { listening } from '../../util/events.ts';
import { command, exampleOf, type Given } from '../commands.ts';
import { describeAdapter } from '../describeAdapter.ts';
import { type DeviceName, type Host, INTERRUPTED } from '../host.ts';
import { fetchShard, readInputs, runFlags } from '../inputs.ts';
import { folder as folderKind, number, place } from '../kinds.ts';
import { ensureData } from '../node/data.mjs';
import { OwnLanguages } from '../data/ownLanguages.ts';
import { NodeFiles } from '../node/files.ts';
import { checkFree, OutFolder } from '../outFolder.ts';
import { commonWords } from '../words/common.ts';
import { trainWords } from '../words/train.ts';
import { writeFolder } from '../writeFolder.ts';

/** Bytes of text kept with a run: a disk has room, and a body of saves must fit an array. */
const mostInputBytes = 2 ** 31;
/** Bytes of a base in f32 that are read in a second or so: of a larger one it is asked first whether its run fits. */
const SOON_READ = 2 ** 28;
/** Milliseconds between two lines of progress. */
const between = 2000;

const flags = {
  ...runFlags,
  'save-every': {
    kind: number(0, 86_400),
    about: trainWords.saveEvery,
  },
  resume: {
    kind: folderKind,
    about: trainWords.resume,
  },
  out: {
    kind: place('DIR'),
    about: trainWords.out,
  },
} as const;
const example = '--preset smoke --out runs/smoke';

export const trainCommand = command({
  name: '',
  about: trainWords.about,
  flags,
  example,
  run: (given, host) => trainRun(given, host),
});

/** `lora`: only adapters of the base are trained. */
export async function trainRun(
  given: Given<typeof flags>,
  host: Host,
  lora?: NonNullable<RunConfig['model']['lora']>,
): Promise<number> {
  if (given.resume !== undefined) return resume(given.resume, given, host);
  if (given.out === undefined) throw new UserError(commonWords.missing('--out', exampleOf({ example })));
  checkFree(given.out);
  const {
    config,
    files,
    base: plain,
  } = await readInputs(given, host, async (asked) => {
    // What is soon read is told with all that can be told without a device, which is opened later.
    if (4 * parameterCount(asked.model) < SOON_READ) return;
    const model = { ...asked.model, ...(lora && { lora }) };
    checkRun({ ...asked, model }, await host.open(given.device));
  });
  if (lora && plain) config.model.lora = lora;
  const base = plain && withAdapters(plain, config);
  ensureData();
  const out = OutFolder.reserve(given.out, trainWords.begins(config.preset, config.seed));
  return filling(out, given, host, async (saved) => {
    const part = base ? 'continued' : 'all';
    const languages = new OwnLanguages();
    const data = await prepareData(config, files, fetchShard, (what) => host.say(what), base, part, languages.watch);
    for (const note of data.notes) host.say(commonWords.note(note));
    for (const sentence of languages.sentences(config)) host.say(sentence);
    const inputs = { config, files, tokenizer: base?.tokenizer ?? null };
    const keeper = await savedIn(out, given)
      .then((runs) => runs.begin(inputs, part, data, saved))
      .catch((error: Error) => {
        host.say(trainWords.notSaved(error.message));
        // In memory alone, which still brings it past a lost device.
        const untold = { saved() {}, failed: saved.failed };
        return new Keeper(new SlotStore(new MemoryFiles(), 'run'), untold, {}, { history: newHistory(data.notes) });
      });
    return { config, data, base, keeper, from: null };
  });
}

async function resume(folder: string, given: Given<typeof flags>, host: Host): Promise<number> {
  const other = Object.entries(given).find(
    ([name, value]) =>
      !['resume', 'save-every', 'device'].includes(name) &&
      (Array.isArray(value) ? value.length > 0 : value !== undefined),
  );
  if (other) throw new UserError(trainWords.resumeAlone(other[0]));
  const out = OutFolder.reopen(folder);
  let resumed: Resumed;
  let id: string;
  let runs: SavedRuns;
  try {
    runs = await savedIn(out, given);
    const [listed] = await runs.list();
    if (!listed) throw new UserError(trainWords.nothingSaved(folder));
    id = listed.id;
    resumed = await runs.load(id);
  } catch (error) {
    out.release();
    throw error;
  }
  const { config, files, tokenizer, checkpoint, passed } = resumed;
  for (const message of passed) host.say(commonWords.note(message));
  host.say(trainWords.continues(checkpoint.progress.step));
  return filling(out, given, host, async (saved) => {
    const data = await prepareData(
      config,
      files,
      fetchShard,
      (what) => host.say(what),
      tokenizer && { tokenizer },
      checkpoint.part,
    );
    const keeper = await runs.goOn(id, resumed, data, saved);
    return { config, data, base: null, keeper, from: checkpoint };
  });
}

const savedIn = (out: OutFolder, given: Given<typeof flags>): Promise<SavedRuns> =>
  SavedRuns.open(new NodeFiles(out.saves), { mostInputBytes, every: given['save-every'] });

type Saved = ConstructorParameters<typeof Keeper>[1];

/** Trains what `make` makes into the folder; what it comes to is written, or told, or taken away where nothing was saved. */
async function filling(
  out: OutFolder,
  { device }: Pick<Given<typeof flags>, 'device'>,
  host: Host,
  make: (saved: Saved) => Promise<Making>,
): Promise<number> {
  let savedAt: number | null = null;
  let making: Making | null = null;
  const goOn = trainWords.howToContinue(out.path);
  const describe = (step: number): string => {
    const { config, from, base } = making!;
    const { endStep } = planRun(config, from?.part ?? (base ? 'continued' : 'all'));
    return trainWords.savedRun(config.preset, config.seed, step, endStep);
  };
  const saved: Saved = {
    saved({ step }) {
      savedAt = step;
      out.tell(trainWords.unfinished(describe(step), goOn));
    },
    failed: (_, message) => host.say(commonWords.note(message)),
  };
  try {
    making = await make(saved);
    savedAt = making.from?.progress.step ?? null;
    const end = await trainInto(out, device, host, making);
    if (end.kind === 'done') {
      host.say(commonWords.written(out.path));
      return 0;
    }
    if (end.kind === 'diverged') {
      if (savedAt !== null) out.tell(trainWords.diverged(describe(savedAt), end.message));
      throw new UserError(end.message);
    }
    if (savedAt === null) out.abandon();
    else out.release();
    host.say(savedAt === null ? trainWords.stopped : trainWords.stoppedAt(goOn));
    return INTERRUPTED;
  } catch (error) {
    const first = making === null ? null : planRun(making.config, making.base ? 'continued' : 'all').firstStep;
    if (savedAt === null || (savedAt === first && !making?.from)) out.abandon();
    else {
      out.release();
      host.say(trainWords.keptAt(out.path, savedAt));
    }
    throw error;
  }
}

async function trainInto(
  out: OutFolder,
  device: DeviceName | undefined,
  host: Host,
  making: Making,
): Promise<RunState> {
  const { config, keeper } = making;
  let adapter = '';
  const open: typeof host.open = async () => {
    const opened = await host.open(device);
    if (adapter === '') host.say(commonWords.adapter((adapter = describeAdapter(opened.report))));
    return opened;
  };
  const part = making.from?.part ?? (making.base ? 'continued' : 'all');
  const plan = planRun(config, part);
  /** Of losses of the device, which are none of the run's own history. */
  const others: Notice[] = [];
  const ending = { state: { kind: 'idle' } as RunState };
  let said = 0;
  const listener = listening<RunNews>({
    state(state) {
      ending.state = state;
      if (state.kind !== 'compiling' || state.done === state.total) host.say(state.kind);
    },
    metric(row) {
      if (performance.now() - said < between) return;
      said = performance.now();
      host.say(trainWords.progress(row.step + 1, plan.endStep, row.phase, row.loss, row.lr, row.tokensPerSecond));
    },
    heldOut: ({ step, loss }) => host.say(trainWords.heldOut(step, loss)),
    // Wanted for the folder's files.
    sample() {},
    inspection() {},
    check: ({ message }) => host.say(trainWords.firstStep(message)),
    notice(notice) {
      if (!keeper.history.notices.includes(notice)) others.push(notice);
      host.say(commonWords.note(notice.message));
    },
  });
  const run = new SupervisedRun(open, making, listener);
  const stop = (): void => run.stop();
  host.ended.addEventListener('abort', stop);
  const started = performance.now();
  try {
    if (host.ended.aborted) run.stop();
    await run.train();
    if (ending.state.kind !== 'done') return ending.state;

    const { metrics, heldOut, samples, switches, checks, inspections, notices } = keeper.history;
    // In the order of the list: a row out of a save has its names in another than one just measured.
    const line = (row: MetricRow): string =>
      JSON.stringify({
        ...Object.fromEntries(measurementNames.map((name) => [name, row[name]])),
        ...row.own,
        blend: plan.at(row.step).blend,
      });
    const last = metrics.at(-1)!;
    const losses = {
      step: metrics.map(({ step }) => step),
      loss: metrics.map(({ loss }) => loss),
      length: metrics.length,
    };
    const concluded = conclude({ config, plan, heldOut, losses });
    const conclusion = concluded ? conclusionSentences(concluded) : [];
    for (const sentence of conclusion) host.say(sentence);
    const summary = {
      adapter,
      parameters: parameterCount(config.model),
      steps: last.step + 1,
      tokens: last.tokens,
      seconds: (performance.now() - started) / 1000,
      tokensPerSecond: rateOf(metrics),
      finalLoss: last.loss,
      heldOutLoss: heldOut.at(-1)?.loss ?? {},
      switchStep: switches.at(-1)?.step ?? null,
      conclusion,
      checks,
      notices: [...notices, ...others],
    };
    out.write('config.json', `${JSON.stringify(config, null, 2)}\n`);
    out.write('metrics.jsonl', metrics.map((row) => `${line(row)}\n`).join(''));
    out.write('evaluations.json', `${JSON.stringify({ heldOut, samples }, null, 2)}\n`);
    out.write('inspections.jsonl', inspections.map((inspection) => `${JSON.stringify(inspection)}\n`).join(''));
    writeFolder(out.at('model'), await exportModel(await run.live()));
    if (config.model.lora) writeFolder(out.at('adapter'), await exportAdapter(await run.live()));
    // Last: whoever finds it finds the rest.
    out.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
    out.finish();
    return ending.state;
  } finally {
    host.ended.removeEventListener('abort', stop);
    run.destroy();
  }
}

/** Tokens a second over all steps measured, which take as many tokens each; evaluations and saves apart. Null: none was. */
function rateOf(metrics: readonly MetricRow[]): number | null {
  const rates = metrics.map(({ tokensPerSecond }) => tokensPerSecond).filter((rate) => rate > 0);
  return rates.length === 0 ? null : rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0);
}
