/** Whether what is asked for fits a device, known from its graphs before a weight is read. */
import type { RunConfig } from '../../config/run.ts';
import { layoutPlan, type PlanLayout } from '../../gpu/layout.ts';
import { decoderGraph } from '../../model/forward.ts';
import { UserError } from '../../util/errors.ts';
import { deviceWords } from '../../words/device.ts';
import { roomWords } from '../../words/room.ts';
import type { Backend } from '../backends/backend.ts';
import { engineLayout, poolsOf, scoringGraph } from './graphs.ts';
import { buffersOf, largestOf, limitOf } from './needs.ts';

/** UserError where a model that is only scored, or `writes`, does not fit: weights, scored rows and a decoder. */
export function checkReading(config: RunConfig, backend: Pick<Backend, 'context' | 'report'>, writes: boolean): void {
  const pools = poolsOf(config);
  const { g: scoring, nll } = scoringGraph(config);
  const decoder = writes ? [decoderGraph(config.model, 'generate')] : [];
  checkRoom(
    [
      layoutPlan(scoring, pools, backend.context, { keep: [nll] }),
      ...decoder.map(({ g, logits }) => layoutPlan(g, pools, backend.context, { keep: [logits] })),
    ],
    backend,
  );
}

/** UserError where a run does not fit. */
export const checkRun = (config: RunConfig, backend: Pick<Backend, 'context' | 'report'>): void =>
  checkRoom(Object.values(engineLayout(config, backend.context).plans), backend);

/** UserError where plans do not fit a backend: known before a weight is read. */
function checkRoom(layouts: readonly PlanLayout[], { context, report }: Pick<Backend, 'context' | 'report'>): void {
  const limit = limitOf(report);
  const { name, bytes } = largestOf(buffersOf(layouts), context, limit);
  if (bytes <= limit) return;
  const sentence = context.memory ? roomWords.tooLarge(bytes, limit) : deviceWords.largeBuffer(name, bytes, limit);
  throw new UserError(sentence, { code: 'gpu-limit' });
}
