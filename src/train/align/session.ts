/** The page's alignment: a base, the stages on it one after the other, answers of any checkpoint. One thing is done at a time. */
import {
  type AlignApi,
  type AlignBase,
  type AlignEvent,
  type AlignSettings,
  type AlignStage,
  type CheckpointName,
  type KeptAlignment,
  newStage,
  type OpenedBase,
  type ShownAnswer,
  type ShownPair,
  stageAfter,
  type StageSoFar,
  stagesFrom,
} from '../../recipe/alignApi.ts';
import type { DeviceChoice } from '../../protocol.ts';
import { encodePrompt } from '../../align/template.ts';
import type { FetchBytes } from '../../data/catalogue.ts';
import { parameterCount } from '../../model/parameters.ts';
import { UserError } from '../../util/errors.ts';
import { RandomStream } from '../../util/random.ts';
import { readTask } from '../../world/alignment/readTask.ts';
import { type Suites, suitesOf } from '../../world/alignment/suites.ts';
import { allKinds, type Triplet } from '../../world/alignment/synthesis.ts';
import { drawTask, phraseOf } from '../../world/alignment/tasks.ts';
import { verify } from '../../world/alignment/verifier.ts';
import { AlignmentWorld } from '../../world/alignment/world.ts';
import type { Backend, OpenBackend } from '../backends/backend.ts';
import { readCheckpoint } from '../bases/base.ts';
import { shippedFolder } from '../bases/bases.ts';
import { Chain, chainStage, type PreparedStage, recordOfStage, rewardOf, sizes } from './chain.ts';
import { KeptChain, type OpenKept } from './kept.ts';
import { pairGaps, rewardAccuracy, tripletTokens } from './measures.ts';
import { type AlignedModel, alignable, alignedFolder, isReward, rewardFolder, withStage } from './model.ts';
import { runStage, type StageListener, type StageRow, type StageState } from './stage.ts';
import { answerLength, examine, trainBase } from './world.ts';
import { Speaker } from './answers.ts';
import { trainingWords } from '../../words/training.ts';

/** The base that lies beside the page: `bases --from RUN` has put it there. */
const shipped = { preset: 'alignment', seed: 2 };
/** Rows told together: some thirty messages a second at most, whatever a step takes. */
const rowsTogether = 8;

/** Ten times the longest prompt that was trained on: what is longer is no question of this world. */
const longestPrompt = 480;

type OnEvent = (event: AlignEvent) => void;

/** A stage that was stopped, ready to go on. Of one that an earlier visit has left the data are made anew, to the same words. */
interface Left {
  prepared: PreparedStage | null;
  state: StageState;
  soFar: StageSoFar;
}

export class AlignSession implements AlignApi {
  readonly #openBy: (device: DeviceChoice) => OpenBackend;
  readonly #fetch: FetchBytes;
  readonly #openKept: OpenKept;
  #keeping: Promise<{ kept: KeptChain | null; why: string | null }> | null = null;
  #backend: { device: DeviceChoice; opened: Backend } | null = null;
  #chain: Chain | null = null;
  #suites: Suites | null = null;
  #made = new Map<CheckpointName, AlignedModel>();
  readonly #left = new Map<AlignStage, Left>();
  #stopping = false;
  #stoppingAnswers = false;
  /** Ends of what was asked before: what is asked next waits for it. */
  #turn: Promise<unknown> = Promise.resolve();

  /** `fetch`: of the folder of bases. */
  constructor(openBy: (device: DeviceChoice) => OpenBackend, fetch: FetchBytes, openKept: OpenKept) {
    this.#openBy = openBy;
    this.#fetch = fetch;
    this.#openKept = openKept;
  }

  reopen(device: DeviceChoice, onEvent: OnEvent): Promise<KeptAlignment | null> {
    return this.#alone(async () => {
      const found = await this.#keep(onEvent, async (kept) => {
        const base = await kept.base();
        return base && { ...base, stages: await kept.stages() };
      });
      if (!found) return null;
      const backend = await this.#backendOf(device);
      this.#begin(backend, found.base.seed, found.model);
      for (const [stage, { made, left, soFar }] of found.stages) {
        if (made) this.#made.set(stage, made);
        if (left) this.#left.set(stage, { prepared: null, state: left, soFar });
      }
      const base = { ...found.base, machine: machineOf(backend) };
      return { base, stages: Object.fromEntries([...found.stages].map(([stage, { soFar }]) => [stage, soFar])) };
    });
  }

  open(base: AlignBase, name: string, device: DeviceChoice, onEvent: OnEvent): Promise<OpenedBase | null> {
    return this.#alone(async () => {
      const backend = await this.#backendOf(device);
      onEvent({ kind: 'work', work: 'base' });
      const model = await this.#readBase(backend, base, onEvent);
      if (!model) return null;
      const seed = base.kind === 'train' ? base.seed : Number(model.metadata.seed ?? 1);
      const world = new AlignmentWorld(seed);
      onEvent({ kind: 'work', work: 'examining' });
      const scores = { ...(await examine(backend, world, model, suitesOf(world))) };
      this.#begin(backend, seed, model);
      const parameters = parameterCount(model.model);
      const opened: OpenedBase = { name, seed, scores, parameters, machine: machineOf(backend) };
      await this.#keep(onEvent, async (kept) => {
        await kept.forget();
        await kept.putBase({ base: opened, model });
      });
      return opened;
    });
  }

  #begin(backend: Backend, seed: number, base: AlignedModel): void {
    this.#chain = new Chain(backend, new AlignmentWorld(seed));
    this.#suites = suitesOf(this.#chain.world);
    this.#made = new Map([['base', base]]);
    this.#left.clear();
  }

  async forget(): Promise<void> {
    return this.#alone(async () => {
      this.#chain = null;
      this.#made.clear();
      this.#left.clear();
      await this.#keep(
        () => {},
        (kept) => kept.forget(),
      );
    });
  }

  /** Does something with what is kept. Where that is denied or fails, it is told, and the alignment goes on with the tab alone. */
  async #keep<T>(onEvent: OnEvent, work: (kept: KeptChain) => Promise<T>): Promise<T | null> {
    this.#keeping ??= this.#openKept().then((opened) =>
      'files' in opened ? { kept: new KeptChain(opened.files), why: null } : { kept: null, why: opened.why },
    );
    const { kept, why } = await this.#keeping;
    try {
      if (kept) return await work(kept);
      onEvent({ kind: 'unkept', why: why! });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onEvent({ kind: 'unkept', why: error.message });
    }
    return null;
  }

  async #readBase(backend: Backend, base: AlignBase, onEvent: OnEvent): Promise<AlignedModel | null> {
    if (base.kind === 'train') {
      const { listener, flush } = this.#listener(onEvent, 0);
      const { base: trained } = await trainBase(backend, new AlignmentWorld(base.seed), {}, [], listener);
      flush();
      return this.#stopping ? null : trained;
    }
    const files = base.kind === 'folder' ? base.files : await shippedFolder(this.#fetch, shipped.preset, shipped.seed);
    const model = alignable(await readCheckpoint(files));
    const said = 'what is the city of anna adler ?';
    if (model.tokenizer.decode(model.tokenizer.encode(said)).trim() !== said)
      throw new UserError(trainingWords.noWords);
    return model;
  }

  run(stage: AlignStage, settings: AlignSettings, onEvent: OnEvent): Promise<boolean> {
    return this.#alone(async () => {
      const chain = this.#begun();
      const left = this.#left.get(stage);
      if (!left) await this.#forgetFrom(stage, onEvent);
      let soFar = left?.soFar ?? newStage(settings);
      const tell = (event: AlignEvent): void => {
        soFar = stageAfter(soFar, event);
        onEvent(event);
      };
      const prepared = left?.prepared ?? (await this.#prepare(stage, settings, tell));
      if (this.#stopping) return false;
      tell({ kind: 'work', work: 'training' });
      const steps = prepared.settings.epochs * prepared.data.steps;
      const { listener, flush } = this.#listener(tell, steps);
      listener.save = async (state) => {
        flush();
        const stopped = { ...soFar, state: 'stopped' as const };
        this.#left.set(stage, { prepared, state, soFar: stopped });
        await this.#keep(onEvent, (kept) => kept.putStage(stage, { soFar: stopped, left: state }));
      };
      const result = await runStage(
        chain.backend,
        prepared.from,
        prepared.data,
        prepared.settings,
        listener,
        left?.state,
      );
      flush();
      if (result.stopped) return false;
      this.#left.delete(stage);
      const record = recordOfStage(stage, chain.seed, prepared.settings);
      const made = withStage(stage === 'reward' ? rewardOf(result) : result.model, record);
      this.#made.set(stage, made);
      tell({ kind: 'work', work: 'examining' });
      await this.#examine(prepared, made, tell);
      await this.#keep(onEvent, (kept) => kept.putStage(stage, { soFar: { ...soFar, state: 'done' }, made }));
      return true;
    });
  }

  /** A stage made again takes what was made from it with it. */
  async #forgetFrom(stage: AlignStage, onEvent: OnEvent): Promise<void> {
    const gone = stagesFrom(stage);
    for (const one of gone) {
      this.#made.delete(one);
      this.#left.delete(one);
    }
    await this.#keep(onEvent, (kept) => kept.forget(gone));
  }

  #prepare(stage: AlignStage, settings: AlignSettings, onEvent: OnEvent): Promise<PreparedStage> {
    const chain = this.#begun();
    return chainStage(chain, stage, (name) => this.#checkpoint(name), settings, {
      work: (work) => onEvent({ kind: 'work', work }),
      triplets: (all) => onEvent({ kind: 'pairs', pairs: all.map((one) => shownPair(chain.world, one)) }),
    });
  }

  /** A reward model by whom it prefers, any other in the suites; after preferences also how far held-out gaps have grown. */
  async #examine({ from, settings }: PreparedStage, made: AlignedModel, onEvent: OnEvent) {
    const { world, backend } = this.#begun();
    if (isReward(made)) return onEvent({ kind: 'scores', scores: await rewardAccuracy(backend, world, made) });
    onEvent({ kind: 'scores', scores: { ...(await examine(backend, world, made, this.#suites!)) } });
    const { beta, eta } = settings.objective;
    if (typeof beta !== 'number') return;
    const heldOut = await this.#begun().triplets(from, 500, { count: sizes.heldOut, training: false });
    const pairs = heldOut.map((one) => tripletTokens(from.tokenizer, one));
    const gaps = await pairGaps(backend, made, from, pairs, { beta, eta: Number(eta) });
    onEvent({ kind: 'gaps', gaps: gaps.map(({ chosen, rejected, wanted }) => [chosen - rejected, wanted]) });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
  }

  async prompt(number: number): Promise<string> {
    return drawTask(this.#begun().world, new RandomStream(number, 'prompts of a chat'), false, allKinds).prompt;
  }

  answer(
    name: CheckpointName,
    prompt: string,
    sampling: { temperature: number; seed: number },
    onText: (text: string) => void,
  ): Promise<ShownAnswer> {
    this.#stoppingAnswers = false;
    return this.#alone(async () => {
      const { world, backend } = this.#begun();
      const model = this.#checkpoint(name);
      const { tokenizer } = model;
      const tokens = encodePrompt(tokenizer, [{ role: 'user', content: prompt }]);
      const most = answerLength(tokenizer);
      if (tokens.length > longestPrompt) throw new UserError(trainingWords.longPrompt(tokens.length, longestPrompt));
      const speaker = await Speaker.open(backend, model, 16 * Math.ceil((tokens.length + most) / 16), 1);
      try {
        const [said] = await speaker.answer(
          [tokens],
          { ...sampling, most },
          {
            said: (_, so) => onText(tokenizer.decode(so)),
            stopped: () => this.#stoppingAnswers,
          },
        );
        const text = tokenizer.decode(said!.tokens).trim();
        return { text, ended: said!.ended, verdict: verdictOn(world, prompt, text, said!.ended) };
      } finally {
        speaker.destroy();
      }
    });
  }

  async stopAnswers(): Promise<void> {
    this.#stoppingAnswers = true;
  }

  async folder(name: CheckpointName) {
    const model = this.#checkpoint(name);
    return isReward(model) ? rewardFolder(model) : alignedFolder(model);
  }

  #begun(): Chain {
    if (!this.#chain) throw new UserError(trainingWords.noBase);
    return this.#chain;
  }

  #checkpoint(name: CheckpointName): AlignedModel {
    const model = this.#made.get(name);
    if (!model) throw new UserError(trainingWords.noCheckpoint(name));
    return model;
  }

  async #backendOf(device: DeviceChoice): Promise<Backend> {
    if (this.#backend?.device === device) return this.#backend.opened;
    const opened = await this.#openBy(device)();
    if ('cause' in opened) throw new UserError(opened.message);
    this.#backend = { device, opened };
    return opened;
  }

  /** Rows are told some at a time. */
  #listener(onEvent: OnEvent, steps: number): { listener: StageListener; flush(): void } {
    let rows: StageRow[] = [];
    const flush = (): void => {
      if (rows.length > 0) onEvent({ kind: 'rows', rows, steps });
      rows = [];
    };
    const row = (one: StageRow): void => {
      rows.push(one);
      if (rows.length >= rowsTogether) flush();
    };
    return { listener: { row, stopped: () => this.#stopping }, flush };
  }

  /** A stop is of what is under way when it is asked for. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(() => {
      this.#stopping = false;
      return work();
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

const machineOf = ({ kind }: Backend): OpenedBase['machine'] => (kind === 'gpu' ? 'gpu' : 'cpu');

function shownPair(
  world: AlignmentWorld,
  { task, chosen, rejected, rewardChosen, rewardRejected, hard }: Triplet,
): ShownPair {
  const right = ({ words, ended }: Triplet['chosen']): boolean => verify(world, task, words, ended).full;
  return {
    prompt: task.prompt,
    chosen: chosen.words.join(' '),
    rejected: rejected.words.join(' '),
    ...{ rewardChosen, rewardRejected, hard, chosenRight: right(chosen), rejectedRight: right(rejected) },
  };
}

function verdictOn(world: AlignmentWorld, prompt: string, text: string, ended: boolean): ShownAnswer['verdict'] {
  const task = readTask(world, prompt);
  if (!task) return null;
  const { right, followed, reward } = verify(world, task, text.split(/\s+/).filter(Boolean), ended);
  return {
    ...{ right, reward, gold: task.gold.join(' ') },
    instructions: task.instructions.map((one, i) => ({ phrase: phraseOf(one), followed: followed[i]! })),
  };
}
