/** What kernels may know of a device, and the tiles of matrix products that were measured on it: remembered per adapter where there is a store. */
import { type TileContest, type Result, tune } from '../../gpu/tune.ts';
import type { Pipelines } from '../../gpu/pipelines.ts';
import type { KernelContext } from '../../graph/kernel.ts';
import type { Product } from '../../ops/matmul/matmul.ts';
import { gpuTiles } from '../../ops/matmul/tiles.ts';
import { contestsOf, inTile, knownAnswer, productTrial } from '../../ops/matmul/trial.ts';
import { remember, remembered } from '../../storage/adapters.ts';

type Context = Omit<KernelContext, 'accumulating'>;

/** What the browser tells of a device's adapter, as a name. */
export function adapterName(device: GPUDevice): string {
  const { vendor, architecture, device: model, description } = device.adapterInfo;
  return [vendor, architecture, model, description].join('|');
}

/** Vendors whose GPUs share a chip with the processor: some ten cores, each with a few workgroups. */
const integrated = /^(intel|apple|qualcomm|arm|img-tec|broadcom)$/;
const integratedWidth = 64;

/** Class of products → tile, by device: engines made later find what earlier ones measured. */
const measured = new WeakMap<GPUDevice, Map<string, string>>();

function tilesOf(device: GPUDevice): Map<string, string> {
  let tiles = measured.get(device);
  if (!tiles) measured.set(device, (tiles = new Map()));
  return tiles;
}

/** The fastest kernels for a device. */
export function contextOf(device: GPUDevice, software: boolean): Context {
  const context = { quads: device.features.has('subgroups'), software, tiles: tilesOf(device) };
  return integrated.test(device.adapterInfo.vendor) ? { ...context, width: integratedWidth } : context;
}

/**
 * Measures tiles for those classes of `products` for which none is known on the device, the heaviest first, within gpu/tune.ts's time.
 * On a software adapter, whose tiles were measured once (LOG.md), nothing is done.
 */
export async function tuneTiles(
  device: GPUDevice,
  context: Context,
  pipelines: Pipelines,
  products: readonly Product[],
): Promise<Result[]> {
  if (context.software || context.plain) return [];
  const tiles = tilesOf(device);
  // A choice among other tiles, or for another width, is another question.
  const store = [adapterName(device), context.width ?? '', ...Object.keys(gpuTiles)].join('|');
  const unknown = contestsOf(context, products, tiles);
  await Promise.all(
    unknown.map(async ({ key }) => {
      const tile = await remembered('tiles', `${store}|${key}`);
      if (tile !== undefined && gpuTiles[tile]) tiles.set(key, tile);
    }),
  );
  const contests: TileContest[] = contestsOf(context, products, tiles).map(({ key, product, candidates }) => ({
    key,
    candidates: candidates.map((name) => ({
      name,
      examined: `${product.layout} ${name}`,
      exam: () => {
        const known = knownAnswer(product.layout);
        return { ...known, ...inTile(known.product, name) };
      },
      race: () => ({ ...productTrial(product), ...inTile(product, name) }),
    })),
  }));
  const results = await tune(device, context, pipelines, contests);
  for (const { key, chosen } of results) {
    tiles.set(key, chosen);
    await remember('tiles', `${store}|${key}`, chosen);
  }
  return results;
}
