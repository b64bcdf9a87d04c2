/** Commands to the run at hand, and what is asked of its weights. */
import type { TrainerApi } from '../../protocol.ts';
import { exportAdapter, exportModel, exportOptimizer } from '../bases/exportModel.ts';
import { OpenedRun } from '../saved/opened.ts';
import { type Session, theRun, trained } from './session.ts';
import { endTrial } from './turns.ts';

type Command = 'pause' | 'resume' | 'step' | 'stop' | 'goBack' | 'sample' | 'exportModel';

export const controlCommands = (session: Session): Pick<TrainerApi, Command> => ({
  async pause() {
    trained(session).pause();
  },
  async resume() {
    endTrial(session); // the run waits for its weights
    trained(session).resume();
  },
  async step() {
    endTrial(session);
    trained(session).step();
  },
  async stop() {
    endTrial(session);
    session.stopping = true;
    session.current?.stop();
  },
  async goBack() {
    trained(session).goBack();
  },
  sample: async (prompt, tokens, temperature, seed) =>
    (await theRun(session).live()).sample(prompt, tokens, temperature, seed),
  async exportModel(part = 'model') {
    const found = theRun(session);
    if (found instanceof OpenedRun) return found.exportModel(part);
    const exports = { model: exportModel, adapter: exportAdapter, optimizer: exportOptimizer };
    return exports[part](await found.live());
  },
});
