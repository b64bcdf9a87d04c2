/** KV-cached generation: one token a replay, keys and values of earlier positions kept in states. */
import type { ModelConfig } from '../config/run.ts';
import type { CompiledPlan, Executor } from '../graph/executor.ts';
import type { Tensor } from '../graph/graph.ts';
import { decoderGraph } from '../model/forward.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { UserError } from '../util/errors.ts';
import { randomUniform, streamOf } from '../util/random.ts';

export class Generator {
  readonly length: number;
  readonly #plan: CompiledPlan;
  readonly #token: Tensor;
  readonly #position: Tensor;
  readonly #logits: Tensor;

  /** Compiles a decoder over the weights that `executor` holds. */
  static async create(executor: Executor, model: ModelConfig, label: string): Promise<Generator> {
    const { g, token, position, logits, length } = decoderGraph(model, label);
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

  /** Logits (V) after `token` at `position`; positions must come in order from 0. */
  async next(token: number, position: number, wanted: boolean): Promise<Float32Array | null> {
    this.#plan.host(this.#token)[0] = token;
    this.#plan.host(this.#position)[0] = position;
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

/**
 * The continuation of a prompt, without the prompt; ends early at end-of-text. Starts from end-of-text, as documents do. When the
 * context is full, generation starts over from its last half. UserError for a number of tokens or a temperature that is none.
 */
export async function generate(
  generator: Generator,
  tokenizer: Tokenizer,
  options: GenerateOptions,
): Promise<Generated> {
  const { prompt, tokens, temperature, seed, limit } = options;
  if (!(Number.isInteger(tokens) && tokens >= 1 && tokens <= mostTokens)) {
    throw new UserError(`The tokens to make are ${tokens}: give a whole number from 1 to ${mostTokens}.`);
  }
  if (!(temperature >= 0 && temperature <= highestTemperature)) {
    throw new UserError(`The temperature is ${temperature}: give a number from 0 to ${highestTemperature}.`);
  }
  const stream = streamOf('sample');
  const ids = [tokenizer.endOfText, ...tokenizer.encode(prompt)];
  const made: number[] = [];
  let from = Math.max(0, ids.length - generator.length + 1);
  const unread = from;
  let fed = from;
  while (made.length < tokens) {
    if (ids.length - from > generator.length) {
      from = ids.length - Math.floor(generator.length / 2);
      fed = from;
    }
    let logits: Float32Array | null = null;
    for (; fed < ids.length; fed++) logits = await generator.next(ids[fed]!, fed - from, fed === ids.length - 1);
    const id = draw(logits!.subarray(0, limit), temperature, randomUniform(seed, stream, made.length));
    if (id === tokenizer.endOfText) break;
    ids.push(id);
    made.push(id);
  }
  return { text: tokenizer.decode(made), tokens: made.length, unread };
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
