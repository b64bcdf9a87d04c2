/** Relaxed SIMD in Node 20, where it waits behind a flag; Node 22 has it. */
import v8 from 'node:v8';
import { hasRelaxedSimd } from '../../cpu/kernels/library.ts';

/** Lets modules made from now on use relaxed SIMD, where this Node can. */
export function enableRelaxedSimd(): void {
  if (!hasRelaxedSimd()) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
}
