/**
 * A GPU that hangs or drops a command: it is noticed, and the run goes on on the next one to the same bits. What is taken away by the
 * browser: test/browser/runs/soak; what a run makes of any loss: supervisor.cpu.test.ts.
 */
import { expect, it } from 'vitest';
import { openNodeDevice } from '../../../src/cli/node/dawn.ts';
import { gpuExecutor } from '../../../src/gpu/executor.ts';
import { GpuBackend } from '../../../src/train/backends/gpu.ts';
import { type Disturb, disturbance, parseFaults } from '../../../src/train/run/faults.ts';
import { Losses } from '../../../src/train/saved/reopen.ts';
import { gpu } from '../../gpu/device.ts';
import { goesOn, total, trainSupervised } from './supervised.ts';

it('a GPU that hangs or drops a command is given up, which is said, and the run goes on to the same bits', async () => {
  const whole = await trainSupervised(gpu, () => 1);
  expect(whole.losses).toHaveLength(total);
  const faults = disturbance(parseFaults('hang=15'));
  let [silences, refusals] = [0, 0];
  const disturb: Disturb = (step, engine) => {
    const { device, watch } = gpuExecutor(engine.executor);
    // From now on every silence of this device is one that nothing will end, however slow this machine is.
    if (step === 15 && silences++ === 0) watch.least.running = 0;
    if (step === 30 && refusals++ === 0) device.createBuffer({ size: 4, usage: 0 }); // an error that no scope asks for
    return faults(step, engine);
  };
  // A device for each that is to be lost; what comes after them is the tests' own.
  const open = async (life: number) => (life < 2 ? new GpuBackend(await openNodeDevice()) : gpu());
  const all = await trainSupervised(open, disturb, new Losses(0));
  const ways = ['The GPU stopped answering and was given up', 'The GPU dropped a command and was given up'];
  expect(all.notices.map(({ message }) => message)).toEqual(ways.map((way) => expect.stringMatching(goesOn(way))));
  expect(all.failure).toBeUndefined();
  expect(all.losses).toEqual(whole.losses);
  expect(all.history).toEqual(whole.history);
  expect(all.pools).toEqual(whole.pools);
});
