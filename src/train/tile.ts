/** The tile of matrix products for a device: measured when the first engine is made on it, remembered per adapter where there is a store. */
import { chooseTile, type TileReport } from '../gpu/tune.ts';
import type { KernelContext, Tile } from '../graph/kernel.ts';
import { gpuTiles } from '../ops/matmul.ts';
import { matmulTrial } from '../ops/matmulTrial.ts';
import { remember, remembered } from '../storage/adapters.ts';

/** What the browser tells of a device's adapter, as a name. */
export function adapterName(device: GPUDevice): string {
  const { vendor, architecture, device: model, description } = device.adapterInfo;
  return [vendor, architecture, model, description].join('|');
}

const chosen = new WeakMap<GPUDevice, Promise<{ tile: Tile | undefined; report: TileReport }>>();

/** undefined leaves the default: always on a software adapter, whose default was measured (LOG.md). */
export async function tileFor(device: GPUDevice, context: Pick<KernelContext, 'quads' | 'software'>): Promise<Tile | undefined> {
  let choice = chosen.get(device);
  if (!choice) chosen.set(device, (choice = choose(device, context)));
  return (await choice).tile;
}

async function choose(device: GPUDevice, context: Pick<KernelContext, 'quads' | 'software'>) {
  if (context.software) return chooseTile(device, context, {}, matmulTrial());
  // A choice among other tiles, or with other features, is another question.
  const key = [adapterName(device), context.quads, ...Object.keys(gpuTiles)].join('|');
  const choice = await chooseTile(device, context, gpuTiles, matmulTrial(), await remembered('tiles', key));
  if (choice.report.chosen !== null && choice.report.candidates.length > 0) await remember('tiles', key, choice.report.chosen);
  return choice;
}
