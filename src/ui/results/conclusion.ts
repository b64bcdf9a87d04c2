/** What the run on the page shows, once it is over: sentences, the finding first; none while it trains. */
import { computed, effect, signal } from '@preact/signals';
import { shownPlan } from '../recipe/config.ts';
import { isActive } from '../run/controls.ts';
import { heldOut, history, logged, runConfig, runState } from '../run/run.ts';

/** Fetched when the first run is over: before that there is nothing to conclude. */
const tools = signal<typeof import('./concluding.ts') | null>(null);

const isOver = computed(() => runConfig.value !== null && !isActive(runState.value) && logged.value > 0);

effect(() => {
  if (!isOver.value || tools.peek()) return;
  // Where the page's server is gone the picture keeps its own summary; the next run's end asks again.
  import('./concluding.ts').then(
    (loaded) => (tools.value = loaded),
    () => {},
  );
});

export const conclusion = computed((): readonly string[] => {
  if (!isOver.value || !tools.value) return [];
  const { conclude, conclusionSentences } = tools.value;
  const concluded = conclude({
    config: runConfig.value!,
    plan: shownPlan.value,
    heldOut: heldOut.value,
    losses: history,
  });
  return concluded ? conclusionSentences(concluded) : [];
});
