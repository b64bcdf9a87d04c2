/** All kernels as one module of WebAssembly, and the functions that they share. */
import { buildKernel, type WasmKernel } from '../kernel.ts';
import { type Expr, f32x4, type Local, Module } from '../../util/wasm.ts';
import { pairMeasuresKernel, preferenceKernel, rewardLossKernel } from './align.ts';
import type { Madd } from './arithmetic.ts';
import { attentionKernels } from './attention.ts';
import { attentionGradientKernels } from './attentionGradient.ts';
import { cachedAttentionKernels } from './cachedAttention.ts';
import { layerNormGradientKernel, layerNormKernel } from './layerNorm.ts';
import {
  addBiasKernel,
  rmsNormGradientKernel,
  rmsNormKernel,
  scaleKernel,
  squaredReluKernel,
  squaredReluOfGradientKernel,
  swigluGradientKernel,
  swigluKernel,
} from './llama.ts';
import { tiles } from './micro.ts';
import { adamwKernel, clipKernel, ringColumnKernel, squareSumsKernel, tensorNormsKernel } from './optimizer.ts';
import { packs } from './pack.ts';
import { productKernels } from './product.ts';
import { rotate } from './rotate.ts';
import { addKernel, addPartsKernel, columnMaxKernel, embeddingGradientKernel, embeddingKernel } from './rows.ts';
import { meanLossKernel, softmaxLossKernel } from './softmaxLoss.ts';
import { rowSumsKernel, sameKernel, spreadKernel } from './sums.ts';

const all: WasmKernel[] = [
  ...productKernels,
  ...[embeddingKernel, embeddingGradientKernel, addKernel, addPartsKernel, columnMaxKernel],
  ...[layerNormKernel, layerNormGradientKernel],
  ...[rmsNormKernel, rmsNormGradientKernel, swigluKernel, swigluGradientKernel, addBiasKernel, scaleKernel],
  ...[squaredReluKernel, squaredReluOfGradientKernel],
  ...attentionKernels,
  ...attentionGradientKernels,
  ...cachedAttentionKernels,
  ...[softmaxLossKernel, meanLossKernel, rowSumsKernel, spreadKernel, sameKernel],
  ...[squareSumsKernel, clipKernel, adamwKernel, tensorNormsKernel, ringColumnKernel],
  ...[preferenceKernel, pairMeasuresKernel, rewardLossKernel],
];

export const kernels: readonly WasmKernel[] = all;

/** From now on modules have these too; those that are assembled already have not. */
export const registerKernels = (more: readonly WasmKernel[]): void => void all.push(...more);

/** Pages of 64 KiB: as many as 32 bits address. */
export const mostPages = 65536;

/** The module's binary form. `relaxed`: with the fused multiply-add of relaxed SIMD. */
export function libraryBytes({ relaxed, shared }: { relaxed: boolean; shared: boolean }): Uint8Array<ArrayBuffer> {
  const module = new Module();
  const madd: Madd = relaxed ? f32x4.relaxedMadd : (a, b, c) => f32x4.add(f32x4.mul(a, b), c);
  const library = { madd, tiles: tiles(module, madd), packs: packs(module), rotate: rotate(module) };
  for (const kernel of kernels) buildKernel(kernel, module.func(kernel.name, ['i32', 'i32', 'i32']), library);
  return module.assemble({ pages: 1, most: mostPages, shared });
}

/** Whether this engine has SIMD, and its relaxed form: whether it takes a module that uses it. */
export const hasSimd = (): boolean => takes(f32x4.mul);
export const hasRelaxedSimd = (): boolean => takes((x) => f32x4.relaxedMadd(x, x, x));

function takes(operation: (x: Local, y: Local) => Expr): boolean {
  const module = new Module();
  const f = module.func('probe', []);
  const x = f.let(f32x4.const(1));
  f.set(x, operation(x, x));
  return WebAssembly.validate(module.assemble({ pages: 1, most: 1, shared: false }));
}
