/**
 * Compiles every kernel of every op, in every variant a device may ask for, on the adapter that checks and computes
 * nothing. The ops and the shader files themselves say what has to be covered, so one that this file forgets fails it.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { openNullDevice } from '../../src/cli/node/dawn.ts';
import { Pipelines, preamble } from '../../src/gpu/pipelines.ts';
import { backward } from '../../src/graph/backward.ts';
import { type DType, Graph, type Op, type Tensor } from '../../src/graph/graph.ts';
import { type Kernel, type KernelContext, maxWorkgroups } from '../../src/graph/kernel.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { adamw } from '../../src/ops/adamw.ts';
import { addOp } from '../../src/ops/add.ts';
import { pairMeasures } from '../../src/ops/align/pairMeasures.ts';
import { preference } from '../../src/ops/align/preference.ts';
import { rewardLoss } from '../../src/ops/align/rewardLoss.ts';
import { attention, attentionOp } from '../../src/ops/attention/attention.ts';
import { cachedAttention } from '../../src/ops/attention/cachedAttention.ts';
import { columnMax } from '../../src/ops/columnMax.ts';
import { embedding } from '../../src/ops/embedding.ts';
import { gradientNorm } from '../../src/ops/gradientNorm.ts';
import { halfWeights } from '../../src/ops/halfWeights.ts';
import { headLoss } from '../../src/ops/headLoss.ts';
import { layerNorm } from '../../src/ops/layerNorm.ts';
import { linear } from '../../src/ops/linear.ts';
import { addBias } from '../../src/ops/llama/bias.ts';
import { rmsNorm } from '../../src/ops/llama/rmsNorm.ts';
import { swiglu } from '../../src/ops/llama/swiglu.ts';
import { squaredRelu } from '../../src/ops/adapters/squaredRelu.ts';
import { logProb } from '../../src/ops/logProb.ts';
import { squaredReluMlp } from '../../src/ops/mlp.ts';
import { scaled } from '../../src/ops/adapters/scale.ts';
import { scoreMax } from '../../src/ops/scoreMax.ts';
import { writeRing } from '../../src/ops/ringColumn.ts';
import { rowSums, stepTotal } from '../../src/ops/sums.ts';
import { SLICE_WORDS, tensorNorms } from '../../src/ops/tensorNorms.ts';
import { gpuTiles } from '../../src/ops/matmul/tiles.ts';
import { inTile, productTrial } from '../../src/ops/matmul/trial.ts';

/** Storage buffers of one kernel that every WebGPU device takes: the default of maxStorageBuffersPerShaderStage. */
const everyDevicesBindings = 8;

const opModules = import.meta.glob<Record<string, unknown>>('../../src/ops/**/*.ts', { eager: true });
const shaderFiles = import.meta.glob<string>('../../shaders/**/*.wgsl', {
  eager: true,
  query: '?raw',
  import: 'default',
});

const isOp = (value: unknown): value is Op =>
  typeof value === 'object' && value !== null && 'kernels' in value && 'name' in value;
const allOps = Object.values(opModules).flatMap((module) => Object.values(module).filter(isOp));

/** A graph with every op in it: one layer of the model, its gradients and update, and a decoding step. */
function everything(dtype: DType, d: number): Graph {
  const g = new Graph();
  const [B, T, H, K, V] = [2, 5, 2, 1, 12];
  const [N, D] = [B * T, H * d];
  const u32 = (name: string, size: number) => g.input(name, [size], 'u32');
  const heads = { H, K, d, ropeTheta: 10000, ropeFactor: 0.5 };

  const names = ['qkv', 'o', 'gated', 'up', 'down', 'head'];
  const half = halfWeights(
    g,
    layoutPool(
      names.map((name) => ({ name, shape: [4 * D * D], decay: false })),
      'f16',
    ),
  );
  const matrix = (name: string, shape: number[]): Tensor => {
    const parameter = g.parameter(name, shape);
    return dtype === 'f16' ? half(parameter) : parameter;
  };
  const index = { rowStart: u32('rowStart', V + 1), order: u32('order', N) };
  const x = embedding(g, g.parameter('embed', [V, D]), u32('tokens', N), index, dtype);
  const y = g.checkpoint(() => {
    const normed = layerNorm(g, x, g.parameter('norm', [D]), g.parameter('bias', [D]), 1e-5);
    const qkv = linear(g, normed, matrix('qkv', [(H + 2 * K) * d, D]));
    const mixed = attention(g, qkv, { B, T, ...heads }, u32('documentStart', N));
    const h = linear(g, mixed, matrix('o', [D, D]), x);
    const gated = swiglu(g, addBias(g, rmsNorm(g, h, g.parameter('rms', [D]), 1e-5), g.parameter('add', [D])));
    const wide = linear(g, squaredRelu(g, scaled(g, gated, 2)), matrix('gated', [D, D / 2]), h);
    // x is read three times, so its gradients have to be added up.
    return squaredReluMlp(g, wide, matrix('up', [4 * D, D]), matrix('down', [D, 4 * D]), x);
  });
  const weight = matrix('head', [V, D]);
  const lossWeight = g.input('lossWeight', [1]);
  const scale = g.state('lossScale', [4]);
  const { loss } = headLoss(g, y, weight, u32('targets', N), lossWeight, { training: true, scale });
  headLoss(g, y, weight, u32('targets 2', N), lossWeight, { training: false });
  const preferred = rowSums(g, logProb(g, y, weight, u32('targets 3', N)), g.input('mask', [N]), B);
  const other = stepTotal(g, 'other loss', preferred, lossWeight, scale);
  const [references, rewards, counts] = ['references', 'rewards', 'counts'].map((name) => g.input(name, [B]));
  const pairs = { logProbs: preferred, references: references!, rewards: rewards!, counts: counts! };
  preference(g, pairs, { kind: 'dpo', beta: 0.1, eta: 1, sftWeight: 0 });
  pairMeasures(g, pairs);
  const labels = { last: u32('last', B), labels: g.input('labels', [5 * B]), mask: g.input('mask 2', [5 * B]) };
  rewardLoss(g, g.input('predictions', [N, 8]), labels, 5);
  const seeds = [loss, other].map((tensor) => [tensor, null] as const);
  backward(g, new Map(seeds), addOp);

  g.phase = 'update';
  const [gradients, weights, moments1, moments2] = (['gradients', 'parameters', 'moments1', 'moments2'] as const).map(
    (name) => g.pool(name, 64),
  );
  const controls = g.input('controls', [4]);
  const ring = g.state('ring', [4, 8]);
  const clip = gradientNorm(g, gradients!, loss, controls, ring, 1);
  const attributes = {
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    weightDecay: 0.1,
    regions: layoutPool([{ name: 'w', shape: [64], decay: true }]).regions,
  };
  const pools = { gradients: gradients!, weights: weights!, moments1: moments1!, moments2: moments2! };
  adamw(g, pools, controls, clip, ring, attributes);
  writeRing(g, loss, controls, ring, 5);
  tensorNorms(g, g.input('slices', [1, SLICE_WORDS], 'u32'), controls, clip, pools);
  const [, rotated, statistics] = g.nodes.find((node) => node.op === attentionOp)!.outputs;
  columnMax(g, scoreMax(g, rotated!, statistics!, { B, T, ...heads }));
  columnMax(g, x);

  const token = g.input('token qkv', [B, (H + 2 * K) * d], dtype);
  const [cacheK, cacheV] = ['cache k', 'cache v'].map((name) => g.state(name, [B, T, K * d], dtype));
  cachedAttention(g, token, cacheK!, cacheV!, u32('position', 1), { R: B, Tmax: T, ...heads });
  return g;
}

let device: GPUDevice;
beforeAll(async () => {
  ({ device } = await openNullDevice());
});

/**
 * Compiles a kernel as Pipelines would on a device that has or lacks subgroups; rejects with the compiler's own
 * message.
 */
async function compileAlone(kernel: Kernel, layouts: Pipelines, subgroups: boolean): Promise<void> {
  device.pushErrorScope('validation');
  const code = preamble(kernel, new Set(subgroups ? ['subgroups'] : [])) + kernel.source;
  const module = device.createShaderModule({ code });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [layouts.bindGroupLayout(kernel)] });
  const compute = { module, entryPoint: kernel.entryPoint, constants: kernel.overrides ?? {} };
  const failed = await device.createComputePipelineAsync({ layout, compute }).then(
    () => null,
    (error: Error) => error,
  );
  const invalid = await device.popErrorScope();
  if (invalid ?? failed) throw new Error(`${kernel.entryPoint}: ${(invalid ?? failed)!.message}`);
}

const variants = (['f32', 'f16'] as const).flatMap((dtype) =>
  [true, false].flatMap((quads) => [true, false].map((software) => ({ dtype, quads, software }))),
);

describe('every kernel compiles', () => {
  // Widths of a head: one that fills no quad, a common one, and the one with the longest shaders.
  it.each(variants)('dtype $dtype, quads $quads, software $software', async ({ dtype, quads, software }) => {
    const layouts = new Pipelines(device);
    const compiled = new Set<string>();
    for (const d of [12, 32, 128]) {
      for (const node of everything(dtype, d).nodes) {
        const context: KernelContext = { quads, software, accumulating: false };
        const kernels = [
          ...node.op.kernels(node, context),
          ...node.op.kernels(node, { ...context, accumulating: true }),
        ];
        for (const kernel of kernels) {
          expect(kernel.bindings.length, `bindings of ${kernel.entryPoint}`).toBeLessThanOrEqual(everyDevicesBindings);
          expect(Math.max(...kernel.workgroups), `workgroups of ${kernel.entryPoint}`).toBeLessThanOrEqual(
            maxWorkgroups,
          );
          const key = layouts.key(kernel);
          if (compiled.has(key)) continue;
          compiled.add(key);
          await compileAlone(kernel, layouts, quads);
        }
      }
    }
  });
});

describe('attention by blocks compiles', () => {
  // Heads of less than a chunk, one, two and four; strips enough for four rows a lane, and too few.
  it.each([12, 24, 32, 64, 128].flatMap((d) => [2, 256].map((B) => [d, B] as const)))('d=%i B=%i', async (d, B) => {
    const g = new Graph();
    const [T, H, K] = [5, 2, 1];
    const qkv = g.input('qkv', [B * T, (H + 2 * K) * d]);
    const y = attention(
      g,
      qkv,
      { B, T, H, K, d, ropeTheta: 10000, ropeFactor: 0.5 },
      g.input('starts', [B * T], 'u32'),
    );
    backward(g, new Map([[y, g.input('dy', y.shape)]]), addOp);
    const layouts = new Pipelines(device);
    for (const node of g.nodes)
      for (const kernel of node.op.kernels(node, { quads: false, software: false, accumulating: false })) {
        expect(kernel.source).toContain(`const ROWS = ${d <= 64 && B === 256 ? 4 : 2}u;`);
        await compileAlone(kernel, layouts, false);
      }
  });
});

describe('products', () => {
  it.each(Object.keys(gpuTiles))('tile %s compiles in every layout', async (tile) => {
    const layouts = new Pipelines(device);
    for (const layout of ['nt', 'nn', 'tn'] as const) {
      const product = { layout, M: 8, N: 8, K: tile.includes('registers') ? 8 : 1024 };
      const context = { quads: false, software: false, accumulating: false, ...inTile(product, tile) };
      const kernels = productTrial(product).graph.nodes.flatMap((node) => node.op.kernels(node, context));
      expect(kernels).toHaveLength(tile.includes('registers') ? 1 : 2);
      for (const kernel of kernels) await compileAlone(kernel, layouts, false);
    }
  });
});

describe('nothing is forgotten', () => {
  const nodes = everything('f32', 12).nodes;

  const inParts = productTrial({ layout: 'tn', M: 8, N: 8, K: 1024 }).graph.nodes;

  it('every op is recorded', () => {
    const recorded = new Set<Op>([...nodes, ...inParts].map((node) => node.op));
    expect(allOps.filter((op) => !recorded.has(op)).map((op) => op.name)).toEqual([]);
  });

  it('every entry point of a shader file is used', () => {
    const contexts: KernelContext[] = [true, false].map((software) => ({ quads: true, software, accumulating: false }));
    const kernels = contexts.flatMap((context) =>
      [...nodes, ...inParts].flatMap((node) => node.op.kernels(node, context)),
    );
    const used = new Set(kernels.map((kernel) => kernel.entryPoint));
    const written = Object.values(shaderFiles).flatMap((text) =>
      [...text.matchAll(/@compute[^{]*?\bfn\s+(\w+)/g)].map((match) => match[1]!),
    );
    expect(written.length).toBeGreaterThan(0);
    expect(written.filter((name) => !used.has(name))).toEqual([]);
  });
});
