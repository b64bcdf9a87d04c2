/**
 * How long a run is said to take, beside how long it takes, on a machine with nothing else to do:
 *     node src/cli/run.mjs test/bench/prediction.ts [PRESET …]
 * The promise is 20 %.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openNodeDevice } from '../../src/cli/node/dawn.ts';
import { presetConfig } from '../../src/config/presets.ts';
import { planRun } from '../../src/recipe/phases.ts';
import { predict } from '../../src/recipe/prediction.ts';
import { MemoryFiles } from '../../src/storage/files.ts';
import { SlotStore } from '../../src/storage/slots.ts';
import { GpuBackend } from '../../src/train/backends/gpu.ts';
import { calibrate } from '../../src/train/trials/calibrate.ts';
import { prepareData } from '../../src/train/run/data.ts';
import { Keeper } from '../../src/train/saved/keeper.ts';
import { Run } from '../../src/train/run/run.ts';
import type { RunNews } from '../../src/train/run/listener.ts';
import { listening } from '../../src/util/events.ts';

const fetchBytes = async (file: string) =>
  new Uint8Array(readFileSync(path.resolve(import.meta.dirname, '../../public/data', file)));
const listener = listening<RunNews>({
  benchmark() {},
  sample() {},
});

const backend = new GpuBackend(await openNodeDevice());
for (const name of process.argv.length > 2 ? process.argv.slice(2) : ['smoke', 'ci']) {
  const config = presetConfig(name);
  const prepare = () => prepareData(config, [], fetchBytes, () => {});
  const calibration = await calibrate({
    backend,
    config,
    files: new MemoryFiles(),
    prepare: async () => ({ data: await prepare(), base: null }),
    begin() {},
  });
  const { seconds, low, high } = predict(config, planRun(config), calibration!);

  const from = performance.now();
  const keeper = new Keeper(new SlotStore(new MemoryFiles(), 'run'), { saved() {}, failed() {} }, {});
  const run = await Run.create(backend, config, await prepare(), listener, null, { keeper });
  await run.train();
  run.destroy();
  const took = (performance.now() - from) / 1000;
  console.log(
    `${name}: predicted ${seconds.toFixed(1)} s (${low.toFixed(1)} to ${high.toFixed(1)}), took ${took.toFixed(1)} s, ` +
      `${(100 * (seconds / took - 1)).toFixed(0)} % off`,
  );
}
backend.device.destroy();
