/** Row reductions: four lanes a row where quads can be used, one where not. */
import quadsWgsl from '../../shaders/lib/quads.wgsl?raw';
import singleWgsl from '../../shaders/lib/single.wgsl?raw';
import { foldWorkgroups, type KernelContext } from '../graph/kernel.ts';

/** The shader library that defines LANES, lanesSum and lanesMax for this device. */
export const lanesWgsl = (context: KernelContext): string => (context.quads ? quadsWgsl : singleWgsl);

/** Number of workgroups of 64 invocations for N rows. */
export const rowGroupCount = (context: KernelContext, N: number): number => Math.ceil(N / (context.quads ? 16 : 64));

/** The same as a dispatch takes it. */
export const rowGroups = (context: KernelContext, N: number): [number, number, number] =>
  foldWorkgroups(rowGroupCount(context, N));
