/**
 * Storage tensors and HuggingFace tensors. Training keeps some HF tensors of equal width one under the other in one
 * block (q, k and v of a layer), as `parts` says. Rows stay in HF's order and matrices are row-major, so to split is to
 * slice: no value moves.
 */

/** A tensor of f32 under its HuggingFace name: [out, in] for a matrix, [n] for a vector. */
export interface Weight {
  shape: readonly number[];
  data: Float32Array;
}

/** HuggingFace name → tensor. */
export type Weights = Map<string, Weight>;

/** A block of the parameter pool: `size` elements from `offset`, holding `parts` one after another by rows. */
export interface StorageTensor {
  name: string;
  shape: readonly number[];
  parts: readonly { name: string; rows: number }[];
  offset: number;
  size: number;
}

/** The pool's HF tensors, as views: copy them if the pool is still being written. */
export function splitParts(layout: readonly StorageTensor[], pool: Float32Array): Weights {
  const weights: Weights = new Map();
  for (const { name, shape, data } of placedParts(layout, pool)) weights.set(name, { shape, data });
  return weights;
}

/**
 * Copies HF tensors to their places in the pool.
 * @throws Error naming a tensor that is missing or has another shape. Tensors without a place are left alone.
 */
export function joinParts(
  layout: readonly StorageTensor[],
  weights: ReadonlyMap<string, Weight>,
  pool: Float32Array,
): void {
  for (const { name, shape, data } of placedParts(layout, pool)) {
    const weight = weights.get(name);
    if (!weight) throw new Error(`Tensor ${name} [${shape}] is missing among the weights to load.`);
    if (weight.shape.join() !== shape.join()) {
      throw new Error(`Tensor ${name} has shape [${weight.shape}] where the parameter pool has [${shape}].`);
    }
    data.set(weight.data);
  }
}

function* placedParts(layout: readonly StorageTensor[], pool: Float32Array): Generator<Weight & { name: string }> {
  for (const tensor of layout) {
    const rows = tensor.parts.reduce((sum, part) => sum + part.rows, 0);
    const [height, ...rest] = tensor.shape;
    if (rows !== height)
      throw new Error(`The parts of ${tensor.name} have ${rows} rows and its shape is [${tensor.shape}].`);
    const width = tensor.size / rows;
    let at = tensor.offset;
    for (const part of tensor.parts) {
      const end = at + part.rows * width;
      yield { name: part.name, shape: [part.rows, ...rest], data: pool.subarray(at, end) };
      at = end;
    }
  }
}
