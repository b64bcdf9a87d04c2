/**
 * What is asked of a model while it trains: held-out losses, benchmarks, a sample of text. Questions take turns, for each owns its
 * plan's inputs until it has its answer; steps go on between their replays.
 */
import type { RunConfig } from '../../config/run.ts';
import { scoreSuites } from '../../evaluate/report.ts';
import { IGNORED } from '../../data/loader.ts';
import type { Rows } from '../../data/heldOutRows.ts';
import type { HeldOutPoint } from '../../protocol.ts';
import type { TrainingData } from '../run/data.ts';
import type { Engine } from './engine.ts';
import { generateAll, Generator } from './generate.ts';
import { mostQuestions } from '../run/questions.ts';

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** The rows of several sources as those of one. */
function joined(sources: readonly Rows[]): Rows {
  const all = (part: 'tokens' | 'targets' | 'documentStart') => {
    const parts = sources.map((rows) => rows[part]);
    const out = new Uint32Array(parts.reduce((size, { length }) => size + length, 0));
    let at = 0;
    for (const values of parts) {
      out.set(values, at);
      at += values.length;
    }
    return out;
  };
  const total = (part: 'count' | 'scored') => sources.reduce((so, rows) => so + rows[part], 0);
  return {
    count: total('count'),
    scored: total('scored'),
    tokens: all('tokens'),
    targets: all('targets'),
    documentStart: all('documentStart'),
  };
}

export class Evaluator {
  readonly #config: RunConfig;
  readonly #data: TrainingData;
  readonly #engine: Engine;
  /** By how many rows they write at once. */
  readonly #generators = new Map<number, Promise<Generator>>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(config: RunConfig, data: TrainingData, engine: Engine) {
    this.#config = config;
    this.#data = data;
    this.#engine = engine;
  }

  /**
   * Mean −log p on every source's held-out rows, nats a token: over all of them, and row by row. Rows of all sources share batches: a
   * source has fewer than a batch has room for.
   */
  async heldOut(): Promise<Required<Pick<HeldOutPoint, 'loss' | 'rows'>>> {
    const loss: Record<string, number> = {};
    const rows: Record<string, number[]> = {};
    const T = this.#config.batch.length;
    const { heldOut } = this.#data;
    const all = await this.alone(() => this.#engine.score(joined(heldOut.map((source) => source.rows))));
    let first = 0;
    for (const { name, rows: held } of heldOut) {
      const nll = Float64Array.from(all.subarray(first * T, (first + held.count) * T));
      first += held.count;
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

  /** Text continued from each of `prompts`, `mostQuestions` at most, with the same draws for each. */
  samples(prompts: readonly string[], tokens: number, temperature: number, seed: number): Promise<string[]> {
    const { tokenizer } = this.#data;
    const { model } = this.#config;
    return this.alone(async () => {
      const generator = await this.#generatorOf(prompts.length === 1 ? 1 : mostQuestions);
      const limit = Math.min(tokenizer.size, model.vocab_size);
      const asked = prompts.map((prompt) => ({ prompt, tokens, temperature, seed, limit }));
      return (await generateAll(generator, tokenizer, asked)).map(({ text }) => text);
    });
  }

  #generatorOf(rows: number): Promise<Generator> {
    let made = this.#generators.get(rows);
    if (!made) {
      const { executor } = this.#engine;
      this.#generators.set(rows, (made = Generator.create(executor, this.#config.model, `generate ${rows}`, rows)));
      made.catch(() => this.#generators.delete(rows)); // another time there may be room for it
    }
    return made;
  }

  /** Does `work` once every question before it is answered. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work, work);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  destroy(): void {
    for (const made of this.#generators.values()) made.then((generator) => generator.destroy()).catch(() => {}); // a failed one is gone
  }
}
