/** An experiment in place of a run. */
import type { ExperimentRequest, TrainerApi } from '../../protocol.ts';
import { ExperimentBatcher } from '../experiment/events.ts';
import { open } from './device.ts';
import type { Session } from './session.ts';
import { instead } from './turns.ts';

async function experiment(
  session: Session,
  { experiments, config, seeds, done }: ExperimentRequest,
  batcher: ExperimentBatcher,
): Promise<void> {
  const { bases } = session;
  // No first run needs them.
  const [{ armsOf, experimentNamed }, { superviseExperiment }] = await Promise.all([
    import('../../recipe/experiments.ts'),
    import('../experiment/supervisedExperiment.ts'),
  ]);
  const finished = await superviseExperiment(
    () => open(session),
    {
      experiment: { arms: armsOf(experiments.map(experimentNamed)) },
      ...{ config, seeds, done },
      baseOf: (seed) => bases.find({ ...config, seed }),
      stopped: () => session.stopping,
    },
    {
      wants: () => true,
      tell(event) {
        if (event.kind === 'base') void bases.keep({ ...config, seed: event.said.seed }, event.said.files);
        if (event.kind === 'begin') {
          session.current = event.said.run;
          if (session.stopping) event.said.run.stop();
        }
        batcher.tell(event);
      },
    },
  );
  batcher.state({ kind: finished ? 'done' : 'stopped' });
}

export const experimentCommands = (session: Session): Pick<TrainerApi, 'experiment'> => ({
  async experiment(request, onEvents) {
    const batcher = new ExperimentBatcher(onEvents);
    batcher.state({ kind: 'preparing' });
    const teller = {
      failed: (said: Parameters<ExperimentBatcher['state']>[0]) => batcher.state(said),
      flush: () => batcher.flush(),
    };
    await instead(session, teller, () => experiment(session, request, batcher));
  },
});
