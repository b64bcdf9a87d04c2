/** The tuner: which tile it takes, what it leaves out, when it stops. Its clock is ours, so nothing depends on this machine's speed. */
import { describe, expect, it } from 'vitest';
import { Pipelines } from '../../src/gpu/pipelines.ts';
import { type TileContest, tune } from '../../src/gpu/tune.ts';
import type { Kernel } from '../../src/graph/kernel.ts';
import { inTile, knownAnswer, productTrial } from '../../src/ops/matmul/trial.ts';
import { contextOf, tuneTiles } from '../../src/train/engine/tile.ts';
import { gpu } from './device.ts';

/** Kernels as a GPU gets them, whatever adapter runs the test. */
const context = { quads: false, software: false };
/** Odd sizes that fill no tile, and quick on a software adapter. */
const product = { layout: 'nt', M: 20, N: 12, K: 8 } as const;
const names = ['8×16 in registers', '4×16 in registers'];

/**
 * A clock that moves as dispatches are submitted, by `millisOf` the kernel. A kernel is told by its text, all that the device sees of it.
 */
function scripted(device: GPUDevice, millisOf: (code: string) => number) {
  let [now, encoded] = [0, 0];
  const codes = new Map<GPUComputePipeline, string>();
  class Told extends Pipelines {
    override async get(kernel: Kernel): Promise<GPUComputePipeline> {
      const pipeline = await super.get(kernel);
      codes.set(pipeline, kernel.source);
      return pipeline;
    }
  }
  const create = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => {
    const encoder = create(descriptor);
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (passDescriptor) => {
      const pass = begin(passDescriptor);
      const set = pass.setPipeline.bind(pass);
      pass.setPipeline = (pipeline) => {
        encoded += millisOf(codes.get(pipeline) ?? '');
        set(pipeline);
      };
      return pass;
    };
    return encoder;
  };
  const submit = device.queue.submit.bind(device.queue);
  device.queue.submit = (buffers) => {
    now += encoded;
    encoded = 0;
    submit(buffers);
  };
  const restore = (): void => {
    device.createCommandEncoder = create;
    device.queue.submit = submit;
  };
  return { pipelines: new Told(device), clock: { now: () => now, wait: () => new Promise<never>(() => {}) }, restore };
}

/** Rows of a lane's register tile, as its text has them. */
const rowsIn = (code: string): number => Number(/tile: array<vec4f, (\d+)>/.exec(code)?.[1] ?? 0);

const contest = (key: string, accepts?: (name: string) => boolean): TileContest => ({
  key,
  candidates: names.map((name) => ({
    name,
    examined: name,
    exam: () => {
      const known = knownAnswer(product.layout);
      return {
        ...known,
        ...inTile(known.product, name),
        accepts: (c) => known.accepts(c) && (accepts?.(name) ?? true),
      };
    },
    race: () => ({ ...productTrial(product), ...inTile(product, name) }),
  })),
});

async function run(millisOf: (code: string) => number, contests: TileContest[], millis?: number) {
  const { device } = await gpu();
  const { pipelines, clock, restore } = scripted(device, millisOf);
  try {
    return await tune(device, context, pipelines, contests, { clock, ...(millis !== undefined && { millis }) });
  } finally {
    restore();
  }
}

describe('choosing a tile', () => {
  it('takes the fastest of right answer, and the first where another is hardly faster', async () => {
    const smallFaster = await run((code) => (rowsIn(code) === 4 ? 1 : 3), [contest('a')]);
    expect(smallFaster).toEqual([
      {
        key: 'a',
        chosen: names[1],
        millis: [
          [names[0], 3],
          [names[1], 1],
        ],
      },
    ]);
    const hardly = await run((code) => (rowsIn(code) === 4 ? 0.95 : 1), [contest('a')]);
    expect(hardly[0]!.chosen).toBe(names[0]);
  });

  it('drops a candidate whose answer is wrong, and decides nothing where all are', async () => {
    const [first] = await run((code) => rowsIn(code) / 8, [contest('a', (name) => name !== names[1])]);
    expect(first).toEqual({
      key: 'a',
      chosen: names[0],
      millis: [
        [names[0], 1],
        [names[1], null],
      ],
    });
    expect(await run(() => 1, [contest('a', () => false)])).toEqual([]);
  });

  it('leaves what its time does not suffice for to another start', async () => {
    const keys = ['a', 'b', 'c'];
    const all = await run(
      () => 1,
      keys.map((key) => contest(key)),
      1e6,
    );
    expect(all.map(({ key }) => key)).toEqual(keys);
    // Of one contest: two exams of 1 ms, and two candidates timed over 1 + 4 + 4 runs of 1 ms.
    const some = await run(
      () => 1,
      keys.map((key) => contest(key)),
      25,
    );
    expect(some.map(({ key }) => key)).toEqual(['a']);
  });

  it('costs nothing on a software adapter and in the last resort, or where all classes are known', async () => {
    const { device } = await gpu();
    const pipelines = new Pipelines(device);
    expect(await tuneTiles(device, { quads: true, software: true }, pipelines, [product])).toEqual([]);
    expect(await tuneTiles(device, { ...context, plain: true }, pipelines, [product])).toEqual([]);
    expect(pipelines.count).toBe(0);
    const tiles = contextOf(device, false).tiles as Map<string, string>;
    tiles.set('nt 32×16×8', names[1]!);
    try {
      expect(await tuneTiles(device, context, pipelines, [product])).toEqual([]);
      expect(pipelines.count).toBe(0);
    } finally {
      tiles.clear();
    }
  });
});
