/** A kernel as data: what one dispatch needs, in terms of tensors. `gpu/` turns it into pipelines and bind groups. */
import type { DType, Tensor } from './tensor.ts';

export interface Binding {
  tensor: Tensor;
  access: 'read' | 'read_write';
}

export interface Kernel {
  /** WGSL without the preamble. Pipelines are shared between kernels of equal source, entry point and overrides. */
  source: string;
  entryPoint: string;
  /** @group(0) @binding(1), (2) …, in this order. Binding 0 is the uniform block. */
  bindings: Binding[];
  /** The uniform block, 32-bit words in the order of the shader's struct; floats through `f32Bits`. */
  uniforms: number[];
  /** Pipeline-overridable constants: structure only (modes, unrolling), never shapes, so that shapes share pipelines. */
  overrides?: Record<string, number>;
  /**
   * Storage types of the shader's aliases: `{ stored: 'f16' }` gives it `stored` = f16 and `stored4` = vec4<f16>. Arithmetic is
   * f32 whatever the storage. Without it `stored` is f32.
   */
  types?: Record<string, DType>;
  workgroups: [x: number, y: number, z: number];
  /** Of a matrix product: C[M,N] = A·B over K inner steps, by layout; what a tuner needs to know. */
  product?: { layout: 'nt' | 'nn' | 'tn'; M: number; N: number; K: number };
  /** Floating-point operations, for describe() and the bench; 0 where memory, not arithmetic, is the cost. */
  flops?: number;
}

/** What kernels may know of the device and of the pass they are compiled for. */
export interface KernelContext {
  /** Quad operations may be used (`enable subgroups`, lanes numbered linearly). */
  quads: boolean;
  /** First writes to parameter gradients add too: this pass follows another micro-batch of the same step. */
  accumulating: boolean;
  /** A software rasteriser: few wide invocations beat many narrow ones. */
  software: boolean;
  /** Workgroup memory, barriers and large tiles are left out: for a driver that miscalculates the faster kernels. */
  plain?: boolean;
  /** Workgroups the device runs at once, roughly: work with fewer is cut finer. A GPU of unknown width is taken for a wide one. */
  width?: number;
  /** Graphics memory is scarcer than it was taken to be: what may be computed again is not kept. */
  frugal?: boolean;
  /** Class of matrix products → name of the tile measured fastest on this device (ops/matmul/tiles.ts). Others take the likeliest. */
  tiles?: ReadonlyMap<string, string>;
}

/** Largest number of workgroups in one dimension that every WebGPU device takes. */
export const maxWorkgroups = 65535;

/** Workgroup counts for `count` workgroups in a row, folded into two dimensions past the limit of one. */
export function foldWorkgroups(count: number): [number, number, number] {
  if (count <= maxWorkgroups) return [count, 1, 1];
  const y = Math.ceil(count / maxWorkgroups);
  return [Math.ceil(count / y), y, 1];
}

const word = new DataView(new ArrayBuffer(4));

/** The bits of an f32, as a uniform word. */
export function f32Bits(value: number): number {
  word.setFloat32(0, value, true);
  return word.getUint32(0, true);
}

export const read = (tensor: Tensor): Binding => ({ tensor, access: 'read' });
export const write = (tensor: Tensor): Binding => ({ tensor, access: 'read_write' });

/** f32 memory in which a kernel leaves something for the next one of its node; its contents mean nothing to any other. */
export function scratch(shape: readonly number[]): Tensor {
  return {
    id: -1,
    name: 'scratch',
    shape,
    size: shape.reduce((product, extent) => product * extent, 1),
    dtype: 'f32',
    role: 'scratch',
  };
}
