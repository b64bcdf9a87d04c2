/** A kernel as data: what one dispatch needs, in terms of tensors. `gpu/` turns it into pipelines and bind groups. */
import type { DType, Tensor } from './graph.ts';

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
  /** Floating-point operations, for describe() and the bench; 0 where memory, not arithmetic, is the cost. */
  flops?: number;
}

/** How a matrix product is cut up: which sizes win differs from GPU to GPU, so they are chosen by time (gpu/tune.ts). */
export interface Tile {
  /** Rows of C one quad covers; a multiple of 4. */
  rows: number;
  /** vec4 columns of C one lane covers; a quad covers four times as many. */
  columns4: number;
  /** Quads of one workgroup along columns and along rows. */
  quadsX: number;
  quadsY: number;
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
  /** The tile measured fastest on this adapter; without it products take the default of their kind of adapter. */
  tile?: Tile;
}

/** Largest number of workgroups in one dimension that every WebGPU device takes. */
export const maxWorkgroups = 65535;

/** Workgroup counts for `count` workgroups in a row, folded into two dimensions past the limit of one. */
export function foldWorkgroups(count: number): [number, number, number] {
  if (count <= maxWorkgroups) return [count, 1, 1];
  const y = Math.ceil(count / maxWorkgroups);
  return [Math.ceil(count / y), y, 1];
}

const scratch = new DataView(new ArrayBuffer(4));

/** The bits of an f32, as a uniform word. */
export function f32Bits(value: number): number {
  scratch.setFloat32(0, value, true);
  return scratch.getUint32(0, true);
}

export const read = (tensor: Tensor): Binding => ({ tensor, access: 'read' });
export const write = (tensor: Tensor): Binding => ({ tensor, access: 'read_write' });
