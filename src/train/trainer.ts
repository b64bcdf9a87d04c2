/** The trainer a page talks to: one device, one run at a time. */
import { fetchFrom } from '../data/catalogue.ts';
import type { RunConfig } from '../config/run.ts';
import { openDevice } from '../gpu/device.ts';
import type { TrainerApi, UserFile } from '../protocol.ts';
import { UserError } from '../util/errors.ts';
import { prepareData } from './data.ts';
import { EventBatcher } from './events.ts';
import { exportModel } from './exportModel.ts';
import { Run } from './run.ts';

/** `dataFolder`: address of the shipped shards. */
export function createTrainer(dataFolder: string): TrainerApi {
  let opened: ReturnType<typeof openDevice> | null = null;
  let run: Run | null = null;
  let events: EventBatcher | null = null;
  /** Set by `stop`, also while text is prepared or kernels compile; a new start clears it. */
  let stopping = false;
  /** The end of the run before, which a new one waits for: its buffers are in use until then. */
  let ended: Promise<unknown> = Promise.resolve();

  const open = (): ReturnType<typeof openDevice> => {
    opened ??= openDevice().then((answer) => {
      if ('device' in answer) void watch(answer.device);
      return answer;
    });
    return opened;
  };
  const watch = async (device: GPUDevice): Promise<void> => {
    const { message } = await device.lost;
    opened = null;
    run?.stop();
    await ended;
    events?.state({ kind: 'failed', message: `The browser lost the GPU (${message || 'no reason given'}): start again.` });
  };
  const current = (): Run => {
    if (!run) throw new UserError('There is no run yet: press Start first.');
    return run;
  };

  const train = async (config: RunConfig, files: UserFile[], listener: EventBatcher): Promise<void> => {
    const answer = await open();
    if ('cause' in answer) throw new UserError(answer.message);
    const data = await prepareData(config, files, fetchFrom(dataFolder), (what, done, total) =>
      listener.state({ kind: 'preparing', what, done, total }),
    );
    if (!stopping) run = await Run.create(answer.device, answer.report.software, config, data, listener);
    if (stopping || !run) listener.state({ kind: 'stopped' });
    else await run.train();
  };

  return {
    async adapter() {
      const answer = await open();
      return 'cause' in answer ? answer : { adapter: answer.report };
    },

    async start(config, files, onEvents) {
      run?.stop();
      await ended;
      run?.destroy();
      run = null;
      stopping = false;
      const listener = new EventBatcher(onEvents);
      events = listener;
      const work = train(config, files, listener);
      ended = work.catch(() => undefined);
      try {
        await work;
      } catch (error) {
        listener.state({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      } finally {
        listener.flush();
      }
    },

    async pause() {
      current().pause();
    },
    async resume() {
      current().resume();
    },
    async step() {
      current().step();
    },
    async stop() {
      stopping = true;
      run?.stop();
    },
    sample: (prompt, tokens, temperature, seed) => current().sample(prompt, tokens, temperature, seed),
    exportModel: () => exportModel(current()),
  };
}
