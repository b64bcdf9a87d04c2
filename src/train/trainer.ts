/** The trainer a page talks to: one device, one run at a time. */
import { fetchFrom } from '../data/catalogue.ts';
import { openDevice, type OpenDevice } from '../gpu/device.ts';
import type { TrainerApi } from '../protocol.ts';
import { UserError } from '../util/errors.ts';
import { prepareData } from './data.ts';
import { EventBatcher } from './events.ts';
import { exportModel } from './exportModel.ts';
import { Run } from './run.ts';

/** `dataFolder`: address of the shipped shards. */
export function createTrainer(dataFolder: string): TrainerApi {
  let opened: ReturnType<typeof openDevice> | null = null;
  let run: Run | null = null;

  const device = async (): Promise<OpenDevice> => {
    const answer = await (opened ??= openDevice());
    if ('cause' in answer) throw new UserError(answer.message);
    return answer;
  };
  const current = (): Run => {
    if (!run) throw new UserError('There is no run yet: press Start first.');
    return run;
  };

  return {
    async adapter() {
      const answer = await (opened ??= openDevice());
      return 'cause' in answer ? answer : { adapter: answer.report };
    },

    async start(config, files, onEvents) {
      const events = new EventBatcher(onEvents);
      run?.stop();
      run?.destroy();
      run = null;
      try {
        const { device: gpu, report } = await device();
        void gpu.lost.then(({ message }) => {
          opened = null;
          events.state({ kind: 'failed', message: `The browser lost the GPU (${message}): start again.` });
          run?.stop();
        });
        const data = await prepareData(config, files, fetchFrom(dataFolder), (what, done, total) =>
          events.state({ kind: 'preparing', what, done, total }),
        );
        run = await Run.create(gpu, report.software, config, data, events);
        await run.train();
      } catch (error) {
        events.state({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      } finally {
        events.flush();
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
      run?.stop();
    },
    sample: (prompt, tokens, temperature, seed) => current().sample(prompt, tokens, temperature, seed),
    exportModel: () => exportModel(current()),
  };
}
