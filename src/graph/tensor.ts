/** A tensor of a graph: its shape and where it lives. Elements are wherever what runs the graph puts them. */

export type DType = 'f32' | 'f16' | 'u32';

/**
 * Where a tensor lives. `parameter` and `gradient`: pools laid out alike, one slice a tensor. `input`: written by the host before
 * a replay. `constant`: uploaded once, when compiled. `state`: its own buffer, kept between replays. `pool`: a whole pool at
 * once, for the optimizer. `activation`: a planner slot, valid only while the plan says so. `copy`: a part of an activation that
 * holds all parameters in another storage type. `scratch`: what one kernel of a node leaves for the next one of the same node; all of
 * a plan's are one buffer.
 */
export type Role =
  | 'parameter'
  | 'gradient'
  | 'input'
  | 'constant'
  | 'state'
  | 'pool'
  | 'activation'
  | 'copy'
  | 'scratch';

export interface Tensor {
  readonly id: number;
  readonly name: string;
  readonly shape: readonly number[];
  /** Number of elements: the product of the shape. */
  readonly size: number;
  readonly dtype: DType;
  readonly role: Role;
  /** Of a `copy`: the parameter, the activation its copy lies in, and the first element there. */
  readonly copy?: { readonly of: Tensor; readonly in: Tensor; readonly start: number };
}

/** The activation a tensor's elements lie in: itself, but for a copy of a parameter. */
export const storageOf = (tensor: Tensor): Tensor => tensor.copy?.in ?? tensor;

export const bytesPerElement: Record<DType, number> = { f32: 4, f16: 2, u32: 4 };

/** Bytes a tensor occupies, rounded up to whole 16-byte vectors because kernels read vec4<f32>. */
export function tensorBytes(tensor: Tensor): number {
  return Math.ceil((tensor.size * bytesPerElement[tensor.dtype]) / 16) * 16;
}

/** "x (512, 128) f32", as errors and describe() print a tensor. */
export function show(tensor: Tensor): string {
  return `${tensor.name} (${tensor.shape.join(', ')}) ${tensor.dtype}`;
}
