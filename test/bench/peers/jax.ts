/**
 * jax-js, as its users write a GPT: one jitted function for the whole step, forward, gradients and Adam. Same widths, head and squared
 * ReLU as ours; learned positions instead of rotation, which is less work. Arguments are consumed; `.ref` keeps one alive.
 */
import { defaultDevice, init, jit, nn, numpy as np, random, tree, valueAndGrad } from '@jax-js/jax';
import type { StepShape } from '../shapes.ts';
import { batchOf, type Engine, operandsOf, type Product } from '../setup/subject.ts';

type Layer = { norm1: np.Array; qkv: np.Array; out: np.Array; norm2: np.Array; up: np.Array; down: np.Array };
type Params = { tokens: np.Array; positions: np.Array; layers: Layer[]; norm: np.Array; head: np.Array };

const [beta1, beta2, epsilon, rate] = [0.9, 0.95, 1e-8, 1e-3];

function initial({ L, D, T, V }: StepShape): Params {
  let seed = 0;
  const normal = (...shape: number[]) => random.normal(random.key(seed++), shape).mul(0.4 / Math.sqrt(D));
  return {
    tokens: normal(V, D),
    positions: normal(T, D),
    layers: Array.from({ length: L }, () => ({
      norm1: np.ones([D]),
      qkv: normal(D, 3 * D),
      out: normal(D, D),
      norm2: np.ones([D]),
      up: normal(D, 4 * D),
      down: normal(4 * D, D),
    })),
    norm: np.ones([D]),
    head: normal(D, V),
  };
}

function lossOf({ B, T, D, H, V }: StepShape) {
  return (params: Params, x: np.Array, y: np.Array): np.Array => {
    const normed = (h: np.Array, gain: np.Array) => nn.standardize(h, -1).mul(gain);
    let h = np.take(params.tokens, x, 0).add(params.positions);
    for (const { norm1, qkv, out, norm2, up, down } of params.layers) {
      const [q, k, v] = np
        .split(np.matmul(normed(h.ref, norm1), qkv), 3, -1)
        .map((part) => part.reshape([B, T, H, D / H]));
      const mixed = nn.dotProductAttention(q!, k!, v!, { isCausal: true }).reshape([B, T, D]);
      h = h.add(np.matmul(mixed, out));
      const wide = nn.relu(np.matmul(normed(h.ref, norm2), up));
      h = h.add(np.matmul(np.square(wide), down));
    }
    const logits = np.matmul(normed(h, params.norm), params.head).reshape([B * T, V]);
    return nn
      .logSoftmax(logits, -1)
      .mul(nn.oneHot(y, V))
      .sum()
      .mul(-1 / (B * T));
  };
}

type Device = 'webgpu' | 'wasm';
let started: Promise<unknown> | undefined;
async function start(device: Device): Promise<void> {
  const devices = (await (started ??= init(device))) as string[];
  if (!devices.includes(device)) throw new Error(`jax-js finds no device ${device}`);
  defaultDevice(device);
}

/** One device a page. */
export const jax = (device: Device): Engine => ({
  async openStep(shape) {
    await start(device);
    const value = lossOf(shape);
    const step = jit((params: Params, m: Params, v: Params, x: np.Array, y: np.Array, c1: np.Array, c2: np.Array) => {
      const [loss, g] = valueAndGrad(value)(tree.ref(params), x, y);
      const m2 = tree.map((a: np.Array, b: np.Array) => a.mul(beta1).add(b.mul(1 - beta1)), m, tree.ref(g) as Params);
      const v2 = tree.map((a: np.Array, b: np.Array) => a.mul(beta2).add(np.square(b).mul(1 - beta2)), v, g as Params);
      const next = tree.map(
        (p: np.Array, a: np.Array, b: np.Array) =>
          p.sub(
            a
              .mul(c1.ref)
              .div(np.sqrt(b.mul(c2.ref)).add(epsilon))
              .mul(rate),
          ),
        params,
        tree.ref(m2) as Params,
        tree.ref(v2) as Params,
      );
      c1.dispose();
      c2.dispose();
      return [next, m2, v2, loss] as [Params, Params, Params, np.Array];
    });
    let params = initial(shape);
    const zeros = () => tree.map((p: np.Array) => np.zeros(p.shape), params) as Params;
    let [m, v] = [zeros(), zeros()];
    const { tokens, targets } = batchOf(shape);
    const ids = (from: Uint32Array, ...size: number[]) =>
      np.array(Int32Array.from(from), { dtype: np.int32 }).reshape(size);
    const [x, y] = [ids(tokens, shape.B, shape.T), ids(targets, shape.B * shape.T)];
    let count = 0;
    return {
      async run(times = 1) {
        const scalar = (beta: number) => np.array(1 / (1 - beta ** count));
        let loss: np.Array | undefined;
        for (let i = 0; i < times; i++) {
          count++;
          loss?.dispose();
          [params, m, v, loss] = step(params, m, v, x.ref, y.ref, scalar(beta1), scalar(beta2));
        }
        return (await loss!.data())[0]!;
      },
      destroy() {
        for (const held of [params, m, v]) tree.dispose(held);
        x.dispose();
        y.dispose();
        step.dispose();
      },
    };
  },

  async openProduct({ kind, ...size }: Product) {
    await start(device);
    const { a, b, shapeA, shapeB } = operandsOf({ kind, ...size });
    const [A, B] = [np.array(a).reshape(shapeA), np.array(b).reshape(shapeB)];
    const product = jit((x: np.Array, y: np.Array) =>
      np.matmul(kind === 'tn' ? np.transpose(x) : x, kind === 'nt' ? np.transpose(y) : y),
    );
    return {
      async run(times = 1) {
        // Each is waited for, all at once: the library drops what is let go before it was asked for.
        const results = Array.from({ length: times }, () => product(A.ref, B.ref));
        await Promise.all(results.map((c) => c.blockUntilReady()));
        for (const c of results) c.dispose();
      },
      result: async () => (await product(A.ref, B.ref).data()) as Float32Array,
      destroy() {
        A.dispose();
        B.dispose();
        product.dispose();
      },
    };
  },
});
