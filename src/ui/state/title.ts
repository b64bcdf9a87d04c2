/** The tab's title: a run can be followed from another tab. */
import { effect } from '@preact/signals';
import { shownPlan } from './config.ts';
import { frame, history, runState } from './run.ts';
import { smoother } from './shown.ts';
import { text } from '../strings.ts';

export function titleFollowsRun(): void {
  effect(() => {
    const state = runState.value;
    void frame.value;
    const last = history.length - 1;
    const loss = last < 0 ? null : smoother.value.values[last];
    const { firstStep, endStep } = shownPlan.value;
    const share = last < 0 ? 0 : (history.step[last] + 1 - firstStep) / (endStep - firstStep);
    switch (state.kind) {
      case 'idle':
        document.title = text.title.idle;
        break;
      case 'preparing':
      case 'compiling':
      case 'stopped':
      case 'moved':
      case 'diverged':
      case 'failed':
        document.title = text.title.ended(text.stage(state));
        break;
      case 'training':
      case 'evaluating':
        document.title = text.title.running(share, loss);
        break;
      case 'paused':
        document.title = text.title.paused(share);
        break;
      case 'done':
        document.title = text.title.done(loss);
    }
  });
}
