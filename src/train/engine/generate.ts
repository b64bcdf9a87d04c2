/** KV-cached generation: one token a row and replay, keys and values of earlier positions kept in states. */
import type { ModelConfig } from '../../config/run.ts';
import type { CompiledPlan, Executor } from '../../graph/executor.ts';
import type { Tensor } from '../../graph/graph.ts';
import { decoderGraph } from '../../model/forward.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { UserError } from '../../util/errors.ts';
import { randomUniform, streamOf } from '../../util/random.ts';
import { trainingWords } from '../../words/training.ts';

export class Generator {
  readonly length: number;
  readonly #plan: CompiledPlan;
  readonly #token: Tensor;
  readonly #position: Tensor;
  readonly #logits: Tensor;

  /** Compiles a decoder of so many rows over the weights that `executor` holds. */
  static async create(executor: Executor, model: ModelConfig, label: string, rows = 1): Promise<Generator> {
    const { g, token, position, logits, length } = decoderGraph(model, label, rows);
    const plan = await executor.compile(g, { keep: [logits], label });
    return new Generator(plan, token, position, logits, length);
  }

  private constructor(plan: CompiledPlan, token: Tensor, position: Tensor, logits: Tensor, length: number) {
    this.#plan = plan;
    this.#token = token;
    this.#position = position;
    this.#logits = logits;
    this.length = length;
  }

  get rows(): number {
    return this.#token.size;
  }

  /**
   * Logits (R, V) after each row's token at its position; a row's positions must come in order from 0. At `length` a row rests: nothing
   * of it is written, and its logits mean nothing.
   */
  async next(tokens: readonly number[], positions: readonly number[], wanted: boolean): Promise<Float32Array | null> {
    this.#plan.host(this.#token).set(tokens);
    this.#plan.host(this.#position).set(positions);
    this.#plan.upload();
    this.#plan.submit(['step']);
    return wanted ? this.#plan.read(this.#logits) : null;
  }

  destroy(): void {
    this.#plan.destroy();
  }
}

export interface GenerateOptions {
  prompt: string;
  /** Tokens to make at most. */
  tokens: number;
  /** 0 takes the likeliest token; 1 samples the model's own distribution. */
  temperature: number;
  seed: number;
  /** Ids at or above it are padding of the vocabulary and never drawn. */
  limit: number;
  /** Asked before every token: the text made so far is enough. */
  stopped?: () => boolean;
}

/** Beyond these nobody waits for the end, and every token is as likely as any other. */
export const mostTokens = 1_000_000;
export const highestTemperature = 100;

export interface Generated {
  text: string;
  /** Made, the end-of-text that ended it aside. */
  tokens: number;
  /** First tokens of the prompt that did not fit into the context. */
  unread: number;
}

/** A row on its way. */
interface Row {
  options: GenerateOptions;
  /** What the model sees: an end-of-text, and text behind it. */
  context: number[];
  /** Tokens of the context that the generator has read. */
  fed: number;
  made: number[];
  unread: number;
  ended: boolean;
}

/**
 * The continuation of a prompt, without the prompt; ends early at end-of-text. What the model sees always begins with an end-of-text, as
 * every row of training does. When the context is full, generation starts over from its last half, behind another. UserError for a number
 * of tokens or a temperature that is none.
 */
export async function generate(
  generator: Generator,
  tokenizer: Tokenizer,
  options: GenerateOptions,
): Promise<Generated> {
  return (await generateAll(generator, tokenizer, [options]))[0]!;
}

/** Of several prompts at once, at most one a row of the generator: what a replay costs, it costs once for all of them. */
export async function generateAll(
  generator: Generator,
  tokenizer: Tokenizer,
  prompts: readonly GenerateOptions[],
): Promise<Generated[]> {
  for (const { tokens, temperature } of prompts) {
    if (!(Number.isInteger(tokens) && tokens >= 1 && tokens <= mostTokens)) {
      throw new UserError(trainingWords.tokens(tokens, mostTokens));
    }
    if (!(temperature >= 0 && temperature <= highestTemperature)) {
      throw new UserError(trainingWords.temperature(temperature, highestTemperature));
    }
  }
  const { rows: R, length } = generator;
  /** Tokens of text in a context, behind its end-of-text; of a prompt one less, for the first token made. */
  const room = length - 1;
  const rows = prompts.map((options): Row => {
    const prompt = tokenizer.encode(options.prompt);
    const unread = prompt.length - Math.min(prompt.length, Math.max(0, room - 1));
    const context = [tokenizer.endOfText, ...prompt.subarray(unread)];
    return { options, context, fed: 0, made: [], unread, ended: false };
  });
  const isStopped = (): boolean => prompts.some(({ stopped }) => stopped?.());
  while (rows.some(({ ended }) => !ended) && !isStopped()) {
    const tokens = new Array<number>(R).fill(0);
    const positions = new Array<number>(R).fill(length); // a row at rest
    for (const [r, row] of rows.entries()) {
      if (row.ended) continue;
      if (row.context.length > length) {
        row.context = [tokenizer.endOfText, ...row.context.slice(row.context.length - Math.floor(room / 2))];
        row.fed = 0;
      }
      tokens[r] = row.context[row.fed]!;
      positions[r] = row.fed++;
    }
    const asked = rows.filter(({ ended, fed, context }) => !ended && fed === context.length);
    const logits = await generator.next(tokens, positions, asked.length > 0);
    for (const row of asked) add(row, logits!.subarray((rows.indexOf(row) * logits!.length) / R), tokenizer.endOfText);
  }
  return rows.map(({ made, unread }) => ({ text: tokenizer.decode(made), tokens: made.length, unread }));
}

const stream = streamOf('sample');

/** Draws a row's next token; `logits` begin with its own. */
function add(row: Row, logits: Float32Array, endOfText: number): void {
  const { tokens, temperature, seed, limit } = row.options;
  const id = draw(logits.subarray(0, limit), temperature, randomUniform(seed, stream, row.made.length));
  if (id !== endOfText) {
    row.context.push(id);
    row.made.push(id);
  }
  row.ended = id === endOfText || row.made.length === tokens;
}

/** The id at which the running sum of softmax(logits / temperature) passes u in [0, 1). */
export function draw(logits: Float32Array, temperature: number, u: number): number {
  const highest = logits.reduce((top, x) => Math.max(top, x), -Infinity);
  if (temperature <= 0) return logits.indexOf(highest);
  const weights = Float64Array.from(logits, (x) => Math.exp((x - highest) / temperature));
  let left = u * weights.reduce((sum, w) => sum + w, 0);
  for (let id = 0; id < weights.length; id++) {
    left -= weights[id]!;
    if (left < 0) return id;
  }
  return weights.length - 1;
}
