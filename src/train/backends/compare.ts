/** The self-test at start: the same few known steps on the GPU and on the processor, which is right and which is quicker. */
import { presetConfig } from '../../config/presets.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import type { ProcessorFacts } from '../../protocol.ts';
import { remember, remembered } from '../../storage/adapters.ts';
import { UserError } from '../../util/errors.ts';
import { randomUniform } from '../../util/random.ts';
import { Engine } from '../engine/engine.ts';
import type { Backend } from './backend.ts';

/** Why the processor is to work in the GPU's place; null: it is not. */
export type ProcessorFault = Extract<ProcessorFacts['because'], 'slower' | 'wrong'> | null;

/** The smallest preset: what a GPU gains grows with the model. */
const preset = 'smoke';
const [seed, rate] = [1, 1e-3];
/** Steps whose losses are compared, and that compile what is compiled late; then rounds of so many, of which the quickest counts. */
const known = 4;
const rounds = 3;
/** Nats by which losses of one run may differ on two devices; a kernel that is wrong is off by more (LOG.md: 1.4e-6 over 300 steps). */
const tolerance = 2e-3;

/** Losses of the first steps and milliseconds of a step, on one repeated batch. */
async function tried(backend: Backend, now: () => number): Promise<{ losses: number[]; millis: number }> {
  const config = presetConfig(preset);
  const { sequences: B, length: T } = config.batch;
  const V = config.model.vocab_size;
  const engine = await Engine.create(backend, config, tokenIndex);
  try {
    engine.initialize(seed);
    const tokens = Uint32Array.from({ length: B * T }, (_, i) => Math.floor(V * randomUniform(seed, 1, i)));
    const targets = tokens.map((_, i) => tokens[(i + 1) % tokens.length]!);
    const batch = { tokens, targets, documentStart: new Uint32Array(B * T) };
    const take = async (first: number): Promise<number[]> => {
      for (let step = first; step < first + known; step++) engine.submitStep(step, () => batch, rate, step + 1);
      return (await engine.metrics(first, first + known - 1)).map(({ loss }) => loss);
    };
    const losses = await take(0);
    let millis = Infinity;
    for (let round = 1; round <= rounds; round++) {
      const from = now();
      await take(round * known);
      millis = Math.min(millis, (now() - from) / known);
    }
    return { losses, millis };
  } finally {
    engine.destroy();
  }
}

async function judge(gpu: Backend, processor: Backend, now: () => number): Promise<ProcessorFault> {
  const theirs = await tried(processor, now);
  const ours = await tried(gpu, now).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'gpu-wrong') return null; // no variant of a kernel is right
    throw error;
  });
  const right = ours?.losses.every((loss, i) => Math.abs(loss - theirs.losses[i]!) <= tolerance);
  if (!ours || !right) return 'wrong';
  return theirs.millis < ours.millis ? 'slower' : null;
}

/** Asked once an adapter, browser and number of cores. Where the test itself fails, the GPU stays: its run will say why. */
export async function verdictOn(
  gpu: Backend,
  openProcessor: () => Promise<Backend | null>,
  now = (): number => performance.now(),
): Promise<ProcessorFault> {
  const { userAgent = '', hardwareConcurrency = 1 } = globalThis.navigator ?? {};
  const key = [gpu.name, userAgent, hardwareConcurrency].join('|');
  const before = await remembered('verdicts', key);
  if (before !== undefined) return before;
  try {
    const processor = await openProcessor();
    const verdict = processor && (await judge(gpu, processor, now));
    await remember('verdicts', key, verdict);
    return verdict;
  } catch {
    return null;
  }
}
