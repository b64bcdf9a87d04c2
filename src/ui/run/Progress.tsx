/** How far the run is: stage, steps, speed, time left. */
import { machine } from '../trainer.ts';
import { frame, history, isRecorded, runConfig, runState } from './run.ts';
import { shownPlan } from '../recipe/config.ts';
import { wholeScale } from './shown.ts';
import { paceOf } from './progress.ts';
import { isActive } from './controls.ts';
import { Term } from '../components/Term.tsx';
import { figureWords } from '../words/figure.ts';
import { startWords } from '../words/start.ts';

export function Progress() {
  const state = runState.value;
  const plan = shownPlan.value;
  void frame.value;
  if (!runConfig.value)
    return <p class="progress note">{machine.value.kind === 'none' ? '' : figureWords.progress.planned}</p>;

  const last = history.length - 1;
  const done = last < 0 ? plan.firstStep : Math.min(plan.endStep, history.step[last] + 1);
  const preparing = state.kind === 'preparing' || state.kind === 'compiling';
  const share = preparing
    ? state.total > 0
      ? state.done / state.total
      : 0
    : (done - plan.firstStep) / (plan.endStep - plan.firstStep);
  const pace = isActive(state)
    ? paceOf(history.tokensPerSecond, history.length, plan.tokensBefore(plan.endStep) - plan.tokensBefore(done))
    : null;
  return (
    <div>
      <div class="progress">
        <p class="stage">{isRecorded.value ? startWords.recorded.stage : figureWords.stage(state)}</p>
        {last >= 0 && (
          <p class="numbers">
            {[figureWords.progress.step(done, plan.endStep), figureWords.progress.tokens(history.tokens[last])].join(
              ' · ',
            )}
            {pace && (
              <>
                {' · '}
                <Term metric="tokensPerSecond">{figureWords.progress.speed(pace.tokensPerSecond)}</Term>
              </>
            )}
            {pace && state.kind !== 'paused' && (
              <span title={figureWords.progress.spread(pace.low, pace.high)}>
                {' '}
                · {figureWords.progress.left(pace.seconds)}
              </span>
            )}
          </p>
        )}
      </div>
      <div
        class={`meter ${preparing ? 'preparing' : ''}`}
        role="progressbar"
        aria-label={figureWords.progress.label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={preparing ? figureWords.stage(state) : figureWords.progress.step(done, plan.endStep)}
      >
        <div class="meter-fill" style={{ width: `${(preparing ? share : wholeScale.value.position(done)) * 100}%` }} />
        {plan.switchStep !== null && !preparing && (
          <div class="meter-tick" style={{ left: `${wholeScale.value.position(plan.switchStep) * 100}%` }} />
        )}
      </div>
    </div>
  );
}
