/** Row reductions: four lanes a row where quads can be used, one where not. */
import quadsWgsl from '../../shaders/lib/quads.wgsl?raw';
import singleWgsl from '../../shaders/lib/single.wgsl?raw';
import { foldWorkgroups, type KernelContext } from '../graph/kernel.ts';

/** The shader library that defines LANES, lanesSum and lanesMax for this device. */
export const lanesWgsl = (context: KernelContext): string => (context.quads ? quadsWgsl : singleWgsl);

/** Workgroups of 64 invocations for N rows. */
export function rowGroups(context: KernelContext, N: number): [number, number, number] {
  const rowsPerGroup = context.quads ? 16 : 64;
  return foldWorkgroups(Math.ceil(N / rowsPerGroup));
}
