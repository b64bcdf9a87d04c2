/** Run in a worker: a supervised run on the world of a preset, for as long as it is asked, and what is left of it afterwards. */
import type { RunConfig } from '../../../src/config/run.ts';
import { openDevice } from '../../../src/gpu/device.ts';
import type { Notice } from '../../../src/protocol.ts';
import { hex, digestOf } from '../../../src/storage/head.ts';
import { OpfsFiles } from '../../../src/storage/opfs.ts';
import { SlotStore } from '../../../src/storage/slots.ts';
import { GpuBackend } from '../../../src/train/backends/gpu.ts';
import { decodeCheckpoint } from '../../../src/train/saved/checkpoint.ts';
import { prepareData } from '../../../src/train/run/data.ts';
import { disturbance } from '../../../src/train/run/faults.ts';
import { Keeper } from '../../../src/train/saved/keeper.ts';
import type { MetricRow } from '../../../src/recipe/measurements.ts';
import { Losses } from '../../../src/train/saved/reopen.ts';
import { SupervisedRun } from '../../../src/train/run/supervisor.ts';
import type { RunNews } from '../../../src/train/run/listener.ts';
import { listening } from '../../../src/util/events.ts';

export interface SoakCommand {
  config: RunConfig;
  /** Name of the run's slots; a run that has a save goes on from it. */
  name: string;
  /** Steps before which the device is taken away. */
  lose: number[];
  /** A report every so many steps, and a save. */
  every: number;
  saveEvery: number;
}

export interface SoakEnd {
  state: string;
  /** SHA-256 of weights and moments, and of every logged loss. */
  pools: string;
  losses: string;
  logged: number;
  /** Bytes of GPU buffers of the engine, before it was destroyed and afterwards. */
  bytesBefore: number;
  bytesAfter: number;
}

/** Milliseconds by the keeper's clock after which a save is due. It moves with the steps, whatever the machine's speed. */
const due = 20_000;

addEventListener('message', async ({ data }: MessageEvent<SoakCommand>) => {
  try {
    postMessage({ end: await soak(data) });
  } catch (error) {
    postMessage({ end: { state: `failed: ${error instanceof Error ? error.message : String(error)}` } });
  }
});

async function soak({ config, name, lose, every, saveEvery }: SoakCommand): Promise<SoakEnd> {
  const store = new SlotStore(await OpfsFiles.create(), name);
  const loaded = await store.load();
  const from = loaded && decodeCheckpoint(loaded.body);
  postMessage({ from: from?.progress.step ?? null });
  const noShards = (file: string) => Promise.reject(new Error(`asked for ${file}`));
  const training = await prepareData(config, [], noShards, () => {});
  let now = 0;
  const keeper = new Keeper(
    store,
    { saved() {}, failed: (_, message) => postMessage({ failed: message }) },
    {},
    {
      history: from?.history,
      now: () => now,
    },
  );
  let state = '';
  const listener = listening<RunNews>({
    state: (said: { kind: string; message?: string }) =>
      void (state = said.message === undefined ? said.kind : `${said.kind}: ${said.message}`),
    metric({ step }: MetricRow) {
      now += due / saveEvery;
      if (step % every === 0) postMessage({ step });
    },
    benchmark() {},
    notice: (notice: Notice) => postMessage({ notice }),
  });
  const at = from?.progress.step ?? 0;
  const disturb = disturbance({ lose: lose.filter((step) => step >= at) });
  const run = new SupervisedRun(
    async () => {
      const answer = await openDevice();
      return 'cause' in answer ? answer : new GpuBackend(answer);
    },
    { config, data: training, base: null, keeper, from, disturb },
    listener,
    new Losses(0),
  );
  await run.train();
  const { engine } = await run.live();
  const { parameters, moments1, moments2 } = await engine.snapshot();
  const hashes = await Promise.all(
    [parameters, moments1, moments2].map((pool) => digestOf(new Uint8Array(pool.buffer))),
  );
  const losses = Float64Array.from(keeper.history.metrics, ({ loss }) => loss);
  const bytesBefore = engine.executor.bytes;
  run.destroy();
  return {
    state,
    pools: hashes.map(hex).join(),
    losses: hex(await digestOf(new Uint8Array(losses.buffer))),
    logged: losses.length,
    bytesBefore,
    bytesAfter: engine.executor.bytes,
  };
}
