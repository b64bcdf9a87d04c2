/** What a screen reader hears of a run: changes of state at once, numbers at most every ten seconds (WCAG 4.1.3). */
import { effect, signal } from '@preact/signals';
import { shownPlan } from '../recipe/config.ts';
import { frame, history, runState } from '../run/run.ts';
import { figureWords } from '../words/figure.ts';
import { pageWords } from '../words/page.ts';

const INTERVAL = 10_000;

export const announced = signal('');

export function announceRun(): void {
  let spoken = '';
  let at = -Infinity;
  effect(() => {
    const state = runState.value;
    const stage = state.kind === 'compiling' ? 'compiling' : figureWords.stage(state);
    void frame.value;
    const now = performance.now();
    const news = stage !== spoken;
    if (state.kind === 'idle' || (!news && now - at < INTERVAL)) return;
    spoken = stage;
    at = now;
    const last = history.length - 1;
    announced.value =
      last < 0
        ? figureWords.stage(state)
        : pageWords.announce(
            figureWords.stage(state),
            history.step[last] + 1,
            shownPlan.value.endStep,
            history.loss[last],
          );
  });
}
