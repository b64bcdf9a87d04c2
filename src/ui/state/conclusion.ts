/** What the run on the page shows, once it is over: sentences, the finding first; none while it trains. */
import { computed } from '@preact/signals';
import { conclude } from '../../recipe/conclusion.ts';
import { conclusionSentences } from '../../recipe/conclusionWords.ts';
import { shownPlan } from './config.ts';
import { isActive } from './controls.ts';
import { heldOut, history, logged, runConfig, runState } from './run.ts';

export const conclusion = computed((): readonly string[] => {
  const config = runConfig.value;
  if (!config || isActive(runState.value) || logged.value === 0) return [];
  const concluded = conclude({ config, plan: shownPlan.value, heldOut: heldOut.value, losses: history });
  return concluded ? conclusionSentences(concluded) : [];
});
