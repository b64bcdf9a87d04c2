/** The trainer a page talks to: one device, one run at a time. Its commands are in session/, on one state. */
import type { TrainerApi } from '../protocol.ts';
import type { Injector } from './run/faults.ts';
import { controlCommands } from './session/control.ts';
import { deviceCommands } from './session/device.ts';
import { experimentCommands } from './session/experiment.ts';
import { preparingCommands } from './session/prepare.ts';
import { savedCommands } from './session/saved.ts';
import { newSession } from './session/session.ts';
import { trainingCommands } from './session/training.ts';
import { trialCommands } from './session/trials.ts';

/**
 * `dataFolder`, `basesFolder`: addresses of the shipped shards and base checkpoints. `inject`: tests only, of what a GPU may do, and so
 * on none but a GPU.
 */
export function createTrainer(dataFolder: string, basesFolder: string, inject?: Injector): TrainerApi {
  const session = newSession(dataFolder, basesFolder, inject);
  return {
    ...deviceCommands(session),
    ...preparingCommands(session),
    ...trainingCommands(session),
    ...controlCommands(session),
    ...savedCommands(session),
    ...experimentCommands(session),
    ...trialCommands(session),
  };
}
