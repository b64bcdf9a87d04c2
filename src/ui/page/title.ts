/** The tab's title: a run can be followed from another tab. */
import { effect } from '@preact/signals';
import { shownPlan } from '../recipe/config.ts';
import { frame, history, runState } from '../run/run.ts';
import { smoother } from '../run/shown.ts';
import { figureWords } from '../words/figure.ts';
import { pageWords } from '../words/page.ts';

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
        document.title = pageWords.title.idle;
        break;
      case 'preparing':
      case 'compiling':
      case 'stopped':
      case 'moved':
      case 'diverged':
      case 'failed':
        document.title = pageWords.title.ended(figureWords.stage(state));
        break;
      case 'training':
      case 'evaluating':
        document.title = pageWords.title.running(share, loss);
        break;
      case 'paused':
        document.title = pageWords.title.paused(share);
        break;
      case 'done':
        document.title = pageWords.title.done(loss);
    }
  });
}
