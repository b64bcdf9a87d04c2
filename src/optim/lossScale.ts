/**
 * Dynamic loss scaling (Micikevicius et al. 2018, §3.2), for gradients stored in f16: the head multiplies the first gradient with a
 * scale, the optimizer divides it out again. It is halved when a scaled gradient overflows, and that step's update left out, and
 * doubled after a long time without. All of it happens on the GPU, in shaders/clip.wgsl; nobody waits for it.
 */
import type { Graph, Tensor } from '../graph/graph.ts';

/** 2¹⁶ and 2,000, where PyTorch's GradScaler starts and how long it waits. */
const initialScale = 65536;
export const stepsToDouble = 2000;

/** [scale, steps since it changed, –, –], kept from step to step and saved with the moments. */
export const lossScale = (g: Graph): Tensor => g.state('lossScale', [4]);

export const initialLossScale = (): Float32Array<ArrayBuffer> => Float32Array.of(initialScale, 0, 0, 0);
