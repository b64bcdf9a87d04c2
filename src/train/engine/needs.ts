/**
 * What a run asks of a machine, known from its configuration alone: no device, no buffer. Bytes are exact, for they come from the
 * same layouts that are compiled; and where they do not fit, the nearest configuration that does.
 */
import { differences } from '../../config/difference.ts';
import { formatTokenizer } from '../../config/path.ts';
import { withChanges } from '../../config/resolve.ts';
import type { RunConfig } from '../../config/run.ts';
import { layoutPlan, type PlanLayout, sumBytes } from '../../gpu/layout.ts';
import type { BufferNeed, PlanContext } from '../../graph/memory.ts';
import { parameterCount } from '../../model/parameters.ts';
import type { Needs } from '../../protocol.ts';
import { UserError } from '../../util/errors.ts';
import { deviceWords } from '../../words/device.ts';
import { decoderGraph } from '../../model/forward.ts';
import { benchmarkGraph, engineLayout } from './graphs.ts';
import { inspectionLayouts } from './inspect.ts';
import { mostQuestions } from '../run/questions.ts';

/**
 * Bytes in all from which a run is called heavy: an integrated GPU shares some 2 GiB with everything else on the screen, and
 * there is no way to ask how much is left.
 */
export const heavyBytes = 2 ** 31;

/** What a device allows; see `AdapterReport`. */
export interface Limits {
  maxBufferSize: number;
  maxStorageBufferBindingSize: number;
}

type Measured = Omit<Needs, 'instead'>;

export const limitOf = (limits: Limits): number => Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);

/** The buffers of plans on one executor. */
export function buffersOf(layouts: readonly PlanLayout[]): BufferNeed[] {
  const shared = new Map<string, BufferNeed>();
  for (const one of layouts.flatMap((plan) => plan.shared))
    if (one.bytes > (shared.get(one.name)?.bytes ?? 0)) shared.set(one.name, one);
  return [...shared.values(), ...layouts.flatMap(({ own }) => own)];
}

/** What meets a device's limit first: on the processor all buffers at once may, which lie in one memory. */
export function largestOf(buffers: readonly BufferNeed[], { memory }: PlanContext, limit: number): BufferNeed {
  const all = { name: deviceWords.oneMemory, bytes: sumBytes(buffers) };
  if (memory && all.bytes > limit) return all;
  return buffers.reduce((most, one) => (one.bytes > most.bytes ? one : most));
}

/**
 * Every buffer a run has at once at its most: training and held-out scoring, looks inside the model, benchmarks of rows of the given
 * lengths, the decoders of samples and answers, and the copies of weights and moments that a save reads back.
 */
function measure(
  config: RunConfig,
  context: PlanContext,
  limits: Limits,
  benchmarkLengths: readonly number[],
): Measured {
  const { model } = config;
  const { pools, plans, checkpoint } = engineLayout(config, context);
  const decoders = [1, mostQuestions].map((rows) => decoderGraph(model, `generate ${rows}`, rows));
  const others = [...decoders, ...benchmarkLengths.map((length) => benchmarkGraph(model, length))];
  const layouts = [
    plans.training,
    plans.scoring,
    ...inspectionLayouts(config, pools, context),
    ...others.map(({ g, logits }) => layoutPlan(g, pools, context, { keep: [logits] })),
  ];
  const buffers = buffersOf(layouts);
  const copies = (pools.elements + 2 * pools.trained) * 4;
  const limit = limitOf(limits);
  const largest = largestOf(buffers, context, limit);
  const bytes = sumBytes(buffers) + copies;
  return {
    parameters: parameterCount(model),
    bytes,
    largest,
    limit,
    recomputed: checkpoint,
    verdict: largest.bytes > limit ? 'too-large' : bytes > heavyBytes ? 'heavy' : 'fits',
  };
}

/** The same with some options set; null where that is no run. */
function changed(config: RunConfig, values: Record<string, number | string>): RunConfig | null {
  try {
    return withChanges(config, values);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** n/2, n/4 … down to `least`. */
function* halves(n: number, least: number): Generator<number> {
  for (let value = Math.floor(n / 2); value >= least; value = Math.floor(value / 2)) yield value;
}

/** The same model, then smaller ones: fewer tokens in the vocabulary, fewer layers, a narrower stream. */
function* models(config: RunConfig): Generator<RunConfig | null> {
  const { tokenizer, model } = config;
  yield config;
  // Below 258 there is no BPE, only bytes.
  if (tokenizer.kind === 'bpe')
    for (const size of halves(tokenizer.vocab_size, 258))
      yield changed(config, { tokenizer: formatTokenizer({ ...tokenizer, vocab_size: size }) });
  for (const layers of halves(model.num_hidden_layers, 1)) yield changed(config, { 'model.num_hidden_layers': layers });
  for (const width of halves(model.hidden_size, 8 * model.num_attention_heads))
    yield changed(config, { 'model.hidden_size': width });
}

/** The batch as it is, then the same tokens a step in more micro-batches: the same gradient, a little slower. */
function batches(config: RunConfig): (RunConfig | null)[] {
  const { sequences: B, accumulation } = config.batch;
  const parts = Array.from({ length: B }, (_, i) => i + 1).filter((n) => B % n === 0);
  return parts.map((n) =>
    n === 1 ? config : changed(config, { 'batch.sequences': B / n, 'batch.accumulation': accumulation * n }),
  );
}

/** The nearest configuration that fits: the same model in smaller batches if that is enough, else the first smaller model. */
function fitting(
  config: RunConfig,
  measured: (config: RunConfig) => Measured,
): { config: RunConfig; needs: Measured } | null {
  const fits = (one: RunConfig | null) => {
    const needs = one && measured(one);
    return one && needs?.verdict === 'fits' ? { config: one, needs } : null;
  };
  for (const model of models(config)) {
    const tries = model ? batches(model) : [];
    // Where single rows are too much there is no use in asking about more of them.
    if (!fits(tries.at(-1) ?? null)) continue;
    for (const one of tries) {
      const found = fits(one);
      if (found) return found;
    }
  }
  return null;
}

/** What a run needs here, and what to change if that is not to be had. `benchmarkLengths`: of the rows its world's suites are asked in. */
export function needsOf(
  config: RunConfig,
  context: PlanContext,
  limits: Limits,
  benchmarkLengths: readonly number[] = [],
): Needs {
  const measured = (one: RunConfig) => measure(one, context, limits, benchmarkLengths);
  const needs = measured(config);
  const found = needs.verdict === 'fits' ? null : fitting(config, measured);
  const instead = found && {
    changes: differences(found.config, config).map(({ key, label, from, to }) => ({
      key,
      label,
      from: from ?? '',
      to,
    })),
    bytes: found.needs.bytes,
    largest: found.needs.largest,
  };
  return { ...needs, instead };
}
