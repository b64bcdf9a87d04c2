/**
 * What is asked of a model while it trains: held-out losses, benchmarks, a sample of text. Questions take turns, for each owns its
 * plan's inputs until it has its answer; steps go on between their replays.
 */
import type { RunConfig } from '../config/run.ts';
import { scoreSuites } from '../evaluate/report.ts';
import { IGNORED } from '../data/loader.ts';
import type { HeldOutPoint } from '../protocol.ts';
import type { TrainingData } from './data.ts';
import type { Engine } from './engine.ts';
import { generate, Generator } from './generate.ts';

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

export class Evaluator {
  readonly #config: RunConfig;
  readonly #data: TrainingData;
  readonly #engine: Engine;
  #generator: Generator | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(config: RunConfig, data: TrainingData, engine: Engine) {
    this.#config = config;
    this.#data = data;
    this.#engine = engine;
  }

  /** Mean −log p on every source's held-out rows, nats a token: over all of them, and row by row. */
  async heldOut(): Promise<Required<Pick<HeldOutPoint, 'loss' | 'rows'>>> {
    const loss: Record<string, number> = {};
    const rows: Record<string, number[]> = {};
    const T = this.#config.batch.length;
    for (const { name, rows: held } of this.#data.heldOut) {
      const nll = await this.alone(async () => Float64Array.from(await this.#engine.score(held)));
      loss[name] = sum(nll) / held.scored;
      rows[name] = Array.from({ length: held.count }, (_, row) => {
        const [from, to] = [row * T, (row + 1) * T];
        const scored = held.targets.subarray(from, to).filter((target) => target !== IGNORED).length;
        // A hundred-thousandth of a nat is f32's rounding over a row; more digits would only make saves longer.
        return Number((sum(nll.subarray(from, to)) / scored).toFixed(5));
      });
    }
    return { loss, rows };
  }

  benchmarks(): ReturnType<typeof scoreSuites> {
    const { tokenizer, suites } = this.#data;
    return this.alone(() => scoreSuites(tokenizer, suites, (length) => this.#engine.scorer(length)));
  }

  /** Text continued from `prompt`. */
  sample(prompt: string, tokens: number, temperature: number, seed: number): Promise<string> {
    const { tokenizer } = this.#data;
    return this.alone(async () => {
      this.#generator ??= await Generator.create(this.#engine.executor, this.#config.model, 'generate');
      const limit = Math.min(tokenizer.size, this.#config.model.vocab_size);
      return (await generate(this.#generator, tokenizer, { prompt, tokens, temperature, seed, limit })).text;
    });
  }

  /** Does `work` once every question before it is answered. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work, work);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  destroy(): void {
    this.#generator?.destroy();
  }
}
