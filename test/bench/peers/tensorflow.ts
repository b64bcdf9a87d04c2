/**
 * TensorFlow.js on its WebGPU backend, as its users write a GPT: variables, `optimizer.minimize`, a softmax cross-entropy on one-hot
 * targets. Same widths, head and squared ReLU as ours; learned positions instead of rotation, which is less work.
 */
import * as tf from '@tensorflow/tfjs-core';
// oxlint-disable-next-line import/no-unassigned-import -- methods of tensors
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
// oxlint-disable-next-line import/no-unassigned-import -- derivatives of every op
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { batchOf, type Engine, operandsOf, type Product } from '../setup/subject.ts';

async function start(): Promise<void> {
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js finds no WebGPU backend');
  await tf.ready();
  // A value's import, so that the backend's module is loaded, and a check that no other has taken its place.
  if (!(tf.backend() instanceof WebGPUBackend))
    throw new Error(`TensorFlow.js runs on ${tf.getBackend()}, not on WebGPU`);
}

export const tensorflow: Engine = {
  async openStep(shape) {
    await start();
    const { L, D, H, T, B, V } = shape;
    let seed = 0;
    const normal = (...size: number[]) =>
      tf.variable(tf.randomNormal(size, 0, 0.4 / Math.sqrt(D), 'float32', ++seed)) as tf.Variable;
    const ones = () => tf.variable(tf.ones([D]));
    const tokens = normal(V, D);
    const positions = normal(T, D);
    const layers = Array.from({ length: L }, () => ({
      norm1: ones(),
      qkv: normal(D, 3 * D),
      out: normal(D, D),
      norm2: ones(),
      up: normal(D, 4 * D),
      down: normal(4 * D, D),
    }));
    const norm = ones();
    const head = normal(D, V);
    const weights = [tokens, positions, ...layers.flatMap((layer) => Object.values(layer)), norm, head];

    const batch = batchOf(shape);
    const x = tf.tensor1d(Int32Array.from(batch.tokens), 'int32');
    const y = tf.oneHot(tf.tensor1d(Int32Array.from(batch.targets), 'int32'), V);
    const mask = tf.tidy(() =>
      tf.linalg
        .bandPart(tf.ones([T, T]), -1, 0)
        .sub(1)
        .mul(1e9),
    );
    const heads = (part: tf.Tensor) => part.reshape([B, T, H, D / H]).transpose([0, 2, 1, 3]);
    const normed = (h: tf.Tensor, gain: tf.Tensor) => h.mul(h.square().mean(-1, true).add(1e-5).rsqrt()).mul(gain);
    const loss = (): tf.Scalar => {
      let h: tf.Tensor = tokens
        .gather(x)
        .reshape([B, T, D])
        .add(positions)
        .reshape([B * T, D]);
      for (const layer of layers) {
        const [q, k, v] = tf.split(normed(h, layer.norm1).matMul(layer.qkv as tf.Tensor2D), 3, -1).map(heads);
        const scores = tf
          .matMul(q!, k!, false, true)
          .mul((D / H) ** -0.5)
          .add(mask);
        const mixed = tf
          .matMul(scores.softmax(-1), v!)
          .transpose([0, 2, 1, 3])
          .reshape([B * T, D]);
        h = h.add(mixed.matMul(layer.out as tf.Tensor2D));
        const wide = normed(h, layer.norm2)
          .matMul(layer.up as tf.Tensor2D)
          .relu()
          .square();
        h = h.add(wide.matMul(layer.down as tf.Tensor2D));
      }
      const logits = normed(h, norm).matMul(head as tf.Tensor2D);
      return tf.losses.softmaxCrossEntropy(y, logits) as tf.Scalar;
    };
    const adam = tf.train.adam(1e-3, 0.9, 0.95, 1e-8);
    return {
      async run(times = 1) {
        let value: tf.Scalar | undefined;
        for (let i = 0; i < times; i++) {
          value?.dispose();
          value = adam.minimize(loss, true, weights as tf.Variable[])!;
        }
        const [found] = await value!.data();
        value!.dispose();
        return found!;
      },
      destroy() {
        adam.dispose();
        tf.dispose([weights, x, y, mask]);
      },
    };
  },

  async openProduct(product: Product) {
    await start();
    const { a, b, shapeA, shapeB } = operandsOf(product);
    const [A, B] = [tf.tensor2d(a, shapeA as [number, number]), tf.tensor2d(b, shapeB as [number, number])];
    const multiply = () => tf.matMul(A, B, product.kind === 'tn', product.kind === 'nt');
    return {
      async run(times = 1) {
        for (let i = 1; i < times; i++) multiply().dispose();
        const c = multiply();
        // The library has no way to wait but to read; one element is enough.
        const one = c.slice([0, 0], [1, 1]);
        await one.data();
        tf.dispose([c, one]);
      },
      result: async () => (await multiply().data()) as Float32Array,
      destroy: () => tf.dispose([A, B]),
    };
  },
};
