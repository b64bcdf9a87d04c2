/** The tile of matrix products for a device: measured when the first engine is made on it, remembered per adapter where there is a store. */
import { chooseTile, type TileReport } from '../gpu/tune.ts';
import type { KernelContext, Tile } from '../graph/kernel.ts';
import { gpuTiles } from '../ops/matmul.ts';
import { matmulTrial } from '../ops/matmulTrial.ts';
import { rememberedTile, rememberTile } from '../storage/adapters.ts';

const chosen = new WeakMap<GPUDevice, Promise<{ tile: Tile | undefined; report: TileReport }>>();

/** undefined leaves the default: always on a software adapter, whose default was measured (LOG.md). */
export async function tileFor(device: GPUDevice, context: Pick<KernelContext, 'quads' | 'software'>): Promise<Tile | undefined> {
  let choice = chosen.get(device);
  if (!choice) chosen.set(device, (choice = choose(device, context)));
  return (await choice).tile;
}

async function choose(device: GPUDevice, context: Pick<KernelContext, 'quads' | 'software'>) {
  if (context.software) return chooseTile(device, context, {}, matmulTrial());
  const { vendor, architecture, device: model, description } = device.adapterInfo;
  // A choice among other tiles, or with other features, is another question.
  const key = [vendor, architecture, model, description, context.quads, ...Object.keys(gpuTiles)].join('|');
  const choice = await chooseTile(device, context, gpuTiles, matmulTrial(), await rememberedTile(key));
  if (choice.report.chosen !== null && choice.report.candidates.length > 0) await rememberTile(key, choice.report.chosen);
  return choice;
}
