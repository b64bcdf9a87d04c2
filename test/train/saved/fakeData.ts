/** A tiny model's data as functions of the seed: two sources, of which a blend says how often each. */
import type { RunConfig } from '../../../src/config/run.ts';
import { blendShares } from '../../../src/data/blend.ts';
import type { Batch } from '../../../src/data/loader.ts';
import { ByteTokenizer } from '../../../src/tokenizer/byte.ts';
import { newHealth } from '../../../src/train/run/health.ts';
import type { Progress } from '../../../src/train/saved/checkpoint.ts';
import type { TrainingData } from '../../../src/train/run/data.ts';
import { randomInteger, randomUniform } from '../../../src/util/random.ts';
import { tinyConfig } from '../../model/tiny.ts';

const ramp = {
  kind: 'cosine',
  peak: 1e-2,
  end: 1e-4,
  warmupSteps: 4,
  warmupStart: 0,
  decayShare: 0.2,
  decayShape: 'linear',
} as const;

/** 24 base steps and 16 continued ones, switched after 10 of them; evaluated every 9 steps. */
export const switchingConfig: RunConfig = {
  ...tinyConfig,
  base: { steps: 24, schedule: ramp, blend: { a: 3, b: 1 } },
  continued: {
    steps: 16,
    schedule: { ...ramp, warmupSteps: 0 },
    general: { a: 1, b: 1 },
    qa: { b: 1 },
    switchDivisor: 5,
    switchShare: 0.625,
    keepMoments: false,
  },
  evaluation: { everySteps: 9, rows: 1 },
};

/** Where a run stands after so many steps, as a save says it. */
export const progressAt = (step: number): Progress => ({
  step,
  phase: 'base',
  momentsFrom: 0,
  place: { rows: 0, tokens: 0 },
  tokens: 0,
  watched: { steps: 0, clipped: 0 },
  evaluated: null,
  counts: [step, 2 * step],
  health: newHealth(),
});

const sources = ['a', 'b'];

export function fakeData(config: RunConfig): TrainingData {
  const { sequences: B, length: T } = config.batch;
  const V = config.model.vocab_size;
  const allocate = (): Batch => ({
    tokens: new Uint32Array(B * T),
    targets: new Uint32Array(B * T),
    documentStart: new Uint32Array(B * T),
    source: new Uint8Array(B * T),
    counts: new Float64Array(2),
  });
  return {
    tokenizer: new ByteTokenizer(),
    suites: [],
    notes: [],
    questions: [],
    heldOut: [{ name: 'a', rows: heldOutRow(T, V) }],
    batches: {
      check: () => {},
      allocate,
      draw({ rows }, blend, into = allocate()) {
        const [share] = blendShares(blend, sources);
        into.counts.fill(0);
        for (let b = 0; b < B; b++) {
          const row = rows + b;
          const source = randomUniform(config.seed, 11, row) < share! ? 0 : 1;
          into.counts[source]! += T;
          for (let t = 0; t < T; t++) {
            // Source a counts upwards from a random token, source b repeats one: both can be learnt.
            const first = randomInteger(config.seed, 12, row, V);
            const token = (at: number) => (source === 0 ? (first + at) % V : first);
            into.tokens[b * T + t] = token(t);
            into.targets[b * T + t] = token(t + 1);
          }
        }
        return into;
      },
      describeCounts: (counts) => sources.map((name, s) => ({ name, tokens: counts[s]!, epochs: 0 })),
    },
  };
}

function heldOutRow(T: number, V: number) {
  const tokens = Uint32Array.from({ length: T }, (_, t) => (t + 7) % V);
  return {
    tokens,
    targets: tokens.map((token) => (token + 1) % V),
    documentStart: new Uint32Array(T),
    count: 1,
    scored: T,
  };
}
