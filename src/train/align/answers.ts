/** Answers of a model, many at a time: a row that has ended takes the next prompt. */
import type { ModelConfig } from '../../config/run.ts';
import { layoutPool } from '../../graph/pool.ts';
import { joinParts } from '../../export/parts.ts';
import type { Executor } from '../../graph/executor.ts';
import { parameterList } from '../../model/parameters.ts';
import { randomUniform, streamOf } from '../../util/random.ts';
import type { Backend } from '../backends/backend.ts';
import { draw, Generator } from '../engine/generate.ts';
import type { AlignedModel } from './model.ts';

export interface AnswerTokens {
  tokens: number[];
  /** Whether the model set the mark that ends a turn. */
  ended: boolean;
}

/** Rows answered together: a replay costs little more for many. */
const rowsTogether = 64;

/** Whoever follows answers as they grow. */
export interface AnswerListener {
  /** The tokens of a prompt's answer so far. */
  said?(prompt: number, tokens: readonly number[]): void;
  /** Asked before every token: what there is is enough. */
  stopped?(): boolean;
}

/** A model on an executor of its own, ready to answer. */
export class Speaker {
  readonly #executor: Executor;
  readonly #generator: Generator;
  readonly #model: AlignedModel;

  /** `length`: longest conversation, prompt and answer together; `rows`: answered at once. */
  static async open(backend: Backend, model: AlignedModel, length: number, rows = rowsTogether): Promise<Speaker> {
    const longer: ModelConfig = { ...model.model, max_position_embeddings: length };
    const parameters = parameterList(longer);
    const layout = layoutPool(parameters);
    const executor = await backend.open(layout, []);
    const pool = new Float32Array(layout.elements);
    const storage = parameters.map((one) => ({ ...one, ...layout.slices.get(one.name)! }));
    joinParts(storage, model.weights, pool);
    executor.write('parameters', pool);
    return new Speaker(executor, await Generator.create(executor, longer, 'answers', rows), model);
  }

  private constructor(executor: Executor, generator: Generator, model: AlignedModel) {
    this.#executor = executor;
    this.#generator = generator;
    this.#model = model;
  }

  /** Answers in the order of the prompts. Draw i of prompt p is a function of (seed, p, i) alone. */
  async answer(
    prompts: readonly (readonly number[])[],
    { most, temperature, seed }: { most: number; temperature: number; seed: number },
    listener: AnswerListener = {},
  ): Promise<AnswerTokens[]> {
    const { tokenizer } = this.#model;
    const { length, rows: together } = this.#generator;
    const answers = prompts.map((): AnswerTokens => ({ tokens: [], ended: false }));
    const rows: ({ prompt: number; context: number[]; fed: number } | null)[] = new Array(together).fill(null);
    let next = 0;
    const stream = streamOf('answers');
    for (;;) {
      for (const [r, row] of rows.entries()) {
        if (row || next >= prompts.length) continue;
        rows[r] = { prompt: next, context: [...prompts[next]!], fed: 0 };
        next++;
      }
      if (rows.every((row) => row === null) || listener.stopped?.()) return answers;
      const tokens = rows.map((row) => (row ? row.context[row.fed]! : 0));
      const positions = rows.map((row) => (row ? row.fed++ : length));
      const asked = rows.some((row) => row?.fed === row?.context.length && row);
      const logits = await this.#generator.next(tokens, positions, Boolean(asked));
      for (const [r, row] of rows.entries()) {
        if (!row || row.fed < row.context.length) continue;
        const width = logits!.length / together;
        const answer = answers[row.prompt]!;
        const u = randomUniform(seed, stream ^ row.prompt, answer.tokens.length);
        const id = draw(logits!.subarray(r * width, r * width + tokenizer.size), temperature, u);
        answer.ended = id === tokenizer.marks.turn || id === tokenizer.endOfText;
        if (!answer.ended) {
          answer.tokens.push(id);
          row.context.push(id);
          listener.said?.(row.prompt, answer.tokens);
        }
        if (answer.ended || answer.tokens.length >= most || row.context.length > length) rows[r] = null;
      }
    }
  }

  destroy(): void {
    this.#generator.destroy();
    this.#executor.destroy();
  }
}
