/** Row reductions: how many invocations of a workgroup share a row, and through what they add up. */
import quadsWgsl from '../../shaders/lib/quads.wgsl?raw';
import rowGroupWgsl from '../../shaders/lib/rowGroup.wgsl?raw';
import rowInOrderWgsl from '../../shaders/lib/rowInOrder.wgsl?raw';
import rowLanesWgsl from '../../shaders/lib/rowLanes.wgsl?raw';
import singleWgsl from '../../shaders/lib/single.wgsl?raw';
import { foldWorkgroups, type KernelContext } from '../graph/kernel.ts';

/** Four lanes a row where quads can be used, one where not: the library that defines LANES, lanesSum and lanesMax. */
export const lanesWgsl = ({ quads }: KernelContext): string => (quads ? quadsWgsl : singleWgsl);

/** Workgroups of 64 such lanes for N rows, as a dispatch takes them. */
export const rowGroups = ({ quads }: KernelContext, N: number): [number, number, number] =>
  foldWorkgroups(Math.ceil(N / (quads ? 16 : 64)));

/** Whether workgroups are wide and share memory: on a GPU threads are many, barriers cheap, and a load is long in coming. */
export const wideGroups = ({ software, plain }: KernelContext): boolean => !software && !plain;

/** Invocations of a workgroup. Wide: the most that every WebGPU device takes. A power of two, for trees. */
export const invocationsOf = (context: KernelContext): number => (wideGroups(context) ? 256 : 64);

/** How workgroups share rows among their invocations. */
export interface LaneRows {
  /** The library that defines INVOCATIONS (of a workgroup), LANES (of a row), rowSum and, but for `oneRow`, rowMax. */
  wgsl: string;
  /** Workgroups for N rows. */
  groups(N: number): number;
}

function rows(context: KernelContext, lanes: number, library: string): LaneRows {
  const invocations = invocationsOf(context);
  return {
    wgsl: `const INVOCATIONS = ${invocations}u;\n${library}`,
    groups: (N) => Math.ceil((N * lanes) / invocations),
  };
}
const sharedRows = (context: KernelContext, lanes: number): LaneRows =>
  rows(context, lanes, `const LANES = ${lanes}u;\n${rowGroupWgsl}`);

/** Rows of `vectors` vec4: on a GPU as many lanes, down to a power of two, so that neighbours read neighbours; else few. */
export function vectorRows(context: KernelContext, vectors: number): LaneRows {
  if (!wideGroups(context)) return rows(context, context.quads ? 4 : 1, lanesWgsl(context) + rowLanesWgsl);
  return sharedRows(context, Math.min(2 ** Math.floor(Math.log2(vectors)), invocationsOf(context)));
}

/** Few rows, far longer than a workgroup: on a GPU a whole one each, else an invocation. */
export const longRows = (context: KernelContext): LaneRows =>
  wideGroups(context) ? sharedRows(context, invocationsOf(context)) : rows(context, 1, singleWgsl + rowLanesWgsl);

/** A single row and workgroup. Its first invocation is sure to get the sum, and no other. */
export const oneRow = (context: KernelContext): LaneRows =>
  wideGroups(context) ? sharedRows(context, invocationsOf(context)) : rows(context, 64, rowInOrderWgsl);
