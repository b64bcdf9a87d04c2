/** Every tile of a GPU in every layout, whatever adapter runs it: right, and the same bits from each, so that time alone decides. */
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/gpu/compile.ts';
import { GpuExecutor } from '../../src/gpu/executor.ts';
import { nmse } from '../../src/graph/interpret.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import {
  candidatesFor,
  classOf,
  gpuTiles,
  type Layout,
  partsOf,
  type Product,
  tileFor,
  tileName,
} from '../../src/ops/matmul/tiles.ts';
import { contestsOf, inTile, knownAnswer, productTrial } from '../../src/ops/matmul/trial.ts';
import { tileInvocations, workgroupBytes } from '../../src/ops/matmul/workgroup.ts';
import { randomNormal } from '../../src/util/random.ts';
import { gpu } from '../gpu/device.ts';

const layouts: Layout[] = ['nt', 'nn', 'tn'];
const hardware = { quads: false, software: false };
/** f32 sums of up to 1,100 products against f64: a relative 1e-7 squared, many times over. */
const tolerance = 1e-12;

async function multiply(
  product: Product,
  a: Float32Array<ArrayBuffer>,
  b: Float32Array<ArrayBuffer>,
  context: object,
): Promise<Float32Array> {
  const { device } = await gpu();
  const memory = new GpuExecutor(device, layoutPool([]), { ...hardware, ...context });
  const { graph, inputs, output } = productTrial(product);
  const plan = await compile(memory, graph, { keep: [output] });
  [a, b].forEach((values, i) => plan.host(inputs[i]!).set(values));
  plan.upload();
  plan.submit(['step']);
  const c = await plan.read(output);
  plan.destroy();
  memory.destroy();
  return c;
}

function operands({ M, N, K }: Product) {
  const random = (n: number, seed: number) => Float32Array.from({ length: n }, (_, i) => randomNormal(seed, 0, i));
  return { a: random(M * K, 1), b: random(K * N, 2) };
}

function exact({ layout, M, N, K }: Product, a: Float32Array, b: Float32Array): Float64Array {
  const c = new Float64Array(M * N);
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      for (let k = 0; k < K; k++)
        c[m * N + n]! += a[layout === 'tn' ? k * M + m : m * K + k]! * b[layout === 'nt' ? n * K + k : k * N + n]!;
    }
  }
  return c;
}

const plainProducts = new Map<string, Promise<Float32Array>>();
/** What the smallest tile makes of a product's operands. */
function inPlainTile(product: Product): Promise<Float32Array> {
  const key = JSON.stringify(product);
  const { a, b } = operands(product);
  if (!plainProducts.has(key)) plainProducts.set(key, multiply(product, a, b, { plain: true }));
  return plainProducts.get(key)!;
}

/**
 * Several tiles, the last of each row and column all but empty, with less than a turn of every depth at the end. K of tn need not be a
 * multiple of 4; in that layout also one that fills no tile. Every size is compiled anew.
 */
const sizes = (layout: Layout): [number, number, number][] =>
  layout === 'tn'
    ? [
        [36, 20, 7],
        [132, 140, 53],
      ]
    : [[132, 140, 52]];

describe.each(Object.keys(gpuTiles))('tile %s', (tile) => {
  it.each(layouts)('%s equals f64, with the bits of every other tile', async (layout) => {
    for (const [M, N, K] of sizes(layout)) {
      const product = { layout, M, N, K };
      const { a, b } = operands(product);
      const c = await multiply(product, a, b, inTile(product, tile));
      expect(nmse(c, exact(product, a, b)), `${M}×${N}×${K}`).toBeLessThan(tolerance);
      expect(c).toEqual(await inPlainTile(product));
    }
  });
});

describe('a sum in parts', () => {
  const product = (layout: Layout): Product => ({ layout, M: 36, N: 20, K: 1100 });

  it.each(layouts)('%s equals f64 in every number of parts and every tile, and twice the same bits', async (layout) => {
    const one = product(layout);
    const { a, b } = operands(one);
    const want = exact(one, a, b);
    // Widths that make 2, 8 and 16 parts of it; the last one's steps are fewer.
    for (const [width, parts] of [
      [2, 2],
      [8, 8],
      [512, 16],
    ] as const) {
      expect(partsOf({ ...hardware, width }, one)).toBe(parts);
      const c = await multiply(one, a, b, { width });
      expect(nmse(c, want)).toBeLessThan(tolerance);
      expect(c).toEqual(await multiply(one, a, b, { width }));
      expect(c).toEqual(await multiply(one, a, b, { width, ...inTile(one, '64×64') }));
    }
  });

  it('is taken where C has few tiles and the sum is long, and never by a software adapter', () => {
    const gradient: Product = { layout: 'tn', M: 256, N: 256, K: 4096 };
    expect(partsOf(hardware, gradient)).toBe(32);
    expect(partsOf(hardware, { ...gradient, M: 1024 })).toBe(8);
    expect(partsOf({ ...hardware, width: 64 }, gradient)).toBe(4);
    expect(partsOf(hardware, { ...gradient, K: 512 })).toBe(1);
    expect(partsOf(hardware, { ...gradient, M: 4096, N: 4096 })).toBe(1);
    expect(partsOf({ ...hardware, software: true }, gradient)).toBe(1);
    expect(partsOf({ ...hardware, plain: true }, gradient)).toBe(1);
  });
});

describe('choosing', () => {
  it('keeps within what every device has: 16 KiB of workgroup memory, 256 invocations', () => {
    for (const tile of Object.values(gpuTiles)) {
      if (tile.kind !== 'workgroup') continue;
      expect(workgroupBytes(tile)).toBeLessThanOrEqual(16_384);
      expect(tileInvocations(tile)).toBeLessThanOrEqual(256);
    }
  });

  it('tries the largest tile of which there are enough first, and none that cannot be split for a sum in parts', () => {
    expect(candidatesFor(hardware, { layout: 'nt', M: 4096, N: 1024, K: 256 })[0]).toBe('128×128');
    expect(candidatesFor(hardware, { layout: 'nt', M: 2048, N: 256, K: 256 })[0]).toBe('64×64');
    expect(candidatesFor(hardware, { layout: 'nt', M: 512, N: 64, K: 64 })[0]).toBe('32×32');
    const split = candidatesFor(hardware, { layout: 'tn', M: 256, N: 256, K: 4096 });
    expect(split.map((name) => gpuTiles[name]!.kind)).not.toContain('registers');
    expect(candidatesFor({ ...hardware, plain: true }, { layout: 'nt', M: 4096, N: 1024, K: 256 })).toHaveLength(1);
  });

  it('sums no part in a tile that cannot, though its class has one', () => {
    const whole: Product = { layout: 'nn', M: 4096, N: 256, K: 600 };
    const inParts = { ...whole, K: 1024 };
    expect(classOf(inParts)).toBe(classOf(whole));
    const context = { ...hardware, ...inTile(whole, '8×16 in registers') };
    expect([partsOf(context, whole), tileName(context, whole)]).toEqual([1, '8×16 in registers']);
    expect(partsOf(context, inParts)).toBeGreaterThan(1);
    expect(tileFor(context, inParts).kind).toBe('workgroup');
  });

  it('times the largest product of each class, the class with most arithmetic first, and none that is known', () => {
    const of = (M: number): Product => ({ layout: 'nt', M, N: 64, K: 64 });
    const products = [of(70), of(500), of(400), of(500)];
    expect(contestsOf(hardware, products, new Map()).map(({ product }) => product.M)).toEqual([500, 70]);
    expect(
      contestsOf(hardware, products, new Map([[classOf(of(400)), '32×32']])).map(({ product }) => product.M),
    ).toEqual([70]);
  });

  it.each(layouts)('knows a wrong answer of %s, whole and in parts', (layout) => {
    for (const inParts of [false, true]) {
      const { output, product, values, accepts } = knownAnswer(layout, inParts);
      const right = Float32Array.from(exact(product, ...values));
      expect(accepts(right)).toBe(true);
      expect(accepts(new Float32Array(output.size))).toBe(false);
      expect(partsOf(hardware, product) > 1).toBe(inParts);
    }
  });
});
