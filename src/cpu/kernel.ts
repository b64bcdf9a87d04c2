/**
 * A kernel of the processor: a function of WebAssembly that does one block of a call. A call is data: which kernel, its arguments, and
 * into how many blocks its work is cut. Shape alone decides on the blocks, and no block reads what another of its call writes: so it is
 * all the same which thread does which, and in what order.
 */
import type { Tensor } from '../graph/graph.ts';
import type { Madd } from './kernels/arithmetic.ts';
import type { Packs } from './kernels/pack.ts';
import { type Expr, f32, type Func, i32, type Local } from '../util/wasm.ts';

/** Where an argument points: a tensor, an element of it, or a byte of the plan's scratch memory. */
export interface TensorPlace {
  readonly tensor: Tensor | 'scratch';
  readonly bytes: number;
}
export const element = (tensor: Tensor, index: number): TensorPlace => ({ tensor, bytes: 4 * index });
export const inScratch = (bytes: number): TensorPlace => ({ tensor: 'scratch', bytes });

/** A pointer, a whole number or a real one. No pointer: 0. */
export type Value = Tensor | TensorPlace | number;

/** Where a value points; null: it is a number. */
export function placeOf(value: Value): TensorPlace | null {
  if (typeof value === 'number') return null;
  return 'tensor' in value ? value : element(value, 0);
}

/** What kernels share. */
export interface Library {
  madd: Madd;
  /** Products of packed panels: kernels/micro.ts. */
  tiles: Func;
  packs: Packs;
  rotate: Func;
}

export interface WasmKernel<P extends string = string> {
  readonly name: string;
  readonly parameters: readonly P[];
  /** Of the parameters, those that are f32; the others are i32. */
  readonly floats: readonly P[];
  /** Writes the function that does block `p.block`; `p.local` points to memory that is the thread's own. */
  build(f: Func, p: Record<P | 'block' | 'local', Local>, library: Library): void;
}

export const kernel = <const I extends string, const F extends string>(
  name: string,
  ints: readonly I[],
  floats: readonly F[],
  build: WasmKernel<I | F>['build'],
): WasmKernel<I | F> => ({ name, parameters: [...ints, ...floats], floats, build });

export interface Call {
  readonly kernel: WasmKernel;
  /** In the order of the kernel's parameters. */
  readonly values: readonly Value[];
  readonly blocks: number;
  /** Bytes of the thread's own memory that a block uses. */
  readonly local: number;
  /** Bytes of the plan's scratch memory, from its beginning, that the call reads or writes. */
  readonly scratch: number;
}

export function call<P extends string>(
  which: WasmKernel<P>,
  values: Record<P, Value>,
  { blocks = 1, local = 0, scratch = 0 } = {},
): Call {
  return { kernel: which as WasmKernel, values: which.parameters.map((name) => values[name]), blocks, local, scratch };
}

/** Defines the kernel's function: (address of the arguments, block, address of the thread's memory). */
export function buildKernel({ parameters, floats, build }: WasmKernel, f: Func, library: Library): void {
  const [args, block, local] = f.parameters as [Local, Local, Local];
  const p: Record<string, Local> = { block, local };
  parameters.forEach((name, i) => {
    p[name] = f.let((floats.includes(name) ? f32 : i32).load(args, 4 * i));
  });
  build(f, p, library);
}

/**
 * Rows a block handles where a row is `width` elements: some 16,384 elements, about ten microseconds' work, so that handing out a
 * block costs little and a step's large calls still have a block for each of many threads.
 */
export const rowsPerBlock = (width: number): number => Math.max(1, Math.floor(16384 / width));

/** Calls body for each row of this block, of `rows` rows in all, `per` a block. */
export function eachRow(
  f: Func,
  { block, per, rows }: { block: Local; per: Local; rows: Expr },
  body: (row: Local) => void,
): void {
  const first = f.let(i32.mul(block, per));
  f.for(first, i32.min(i32.add(first, per), rows), 1, body);
}
