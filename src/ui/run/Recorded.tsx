/** Says that the run in the picture is a recorded one, and what to do next. */
import { EXPERIMENTS_HASH } from '../page/route.ts';
import { isPlaying, play, recorded } from './recorded.ts';
import { isRecorded } from './run.ts';
import { startsFromShipped } from '../recipe/config.ts';
import { isHidden } from '../page/lesson.ts';
import { machine } from '../trainer.ts';
import { startWords } from '../words/start.ts';

export function Recorded() {
  const run = recorded.value;
  if (!isRecorded.value || !run) return null;
  const { config, metrics, adapter } = run;
  const words = startWords.recorded;
  const canStart = machine.value.kind !== 'none' && startsFromShipped.value;
  return (
    <p class="recorded note">
      {words.says(config.preset, metrics.step.at(-1)! + 1, metrics.tokens!.at(-1)!, adapter)} {canStart && words.start}{' '}
      <button type="button" class="quiet" disabled={isPlaying.value} onClick={() => play(run)}>
        {words.again}
      </button>{' '}
      {!isHidden('experiments') && <a href={EXPERIMENTS_HASH}>{words.findings}</a>}
    </p>
  );
}
