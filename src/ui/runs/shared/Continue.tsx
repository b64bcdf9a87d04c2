/** A shared run's model continued: the button of its row, and what the next run then is, with its start. */
import { conflicts, nextPlan } from '../../recipe/config.ts';
import { folder } from '../../recipe/base.ts';
import { begin, canBegin } from '../../run/begin.ts';
import { isActive } from '../../run/controls.ts';
import { runState } from '../../run/run.ts';
import { isExperimenting } from '../../experiments/experimentState.ts';
import { isHidden, lesson } from '../../page/lesson.ts';
import { closeModel, reading } from '../../model/ownModel.ts';
import { words as modelWords } from '../../model/words.ts';
import { continued, continueFrom, continueProblem } from './continueFrom.ts';
import type { RunRecord } from '../record.ts';
import { sharedModels } from './models.ts';
import { words } from '../words.ts';

/** Where a page is set up for a lesson, its settings are not a row's to change. */
const mayContinue = !isHidden('model') && lesson.locked.size === 0;

export function ContinueButton({ record }: { record: RunRecord }) {
  const zip = sharedModels.value.get(record.id);
  if (!zip || !mayContinue) return null;
  return (
    <button
      type="button"
      class="quiet open"
      aria-label={words.continueOf(record.name)}
      disabled={isActive(runState.value) || isExperimenting.value || reading.value !== null}
      onClick={() => void continueFrom(record, zip)}
    >
      {words.continue}
    </button>
  );
}

/** Below the table: the next run, if a row was asked to be continued. */
export function Continued() {
  const chosen = continued.value;
  const stands = chosen !== null && chosen.opened !== null && chosen.opened === folder.value;
  const plan = nextPlan.value;
  const [conflict] = conflicts.value;
  return (
    <div role="status">
      {continueProblem.value && <p class="problem">{continueProblem.value}</p>}
      {stands && (
        <div class="stack-2 continued">
          <p>{words.continues(chosen.name, plan.endStep - plan.firstStep, plan.at(plan.firstStep).lr)}</p>
          {conflict && <p class="problem">{conflict}</p>}
          <div class="buttons">
            <button
              type="button"
              class="primary"
              disabled={!canBegin.value || isActive(runState.value)}
              onClick={() => {
                continued.value = null;
                begin();
              }}
            >
              {modelWords.begin}
            </button>
            <button type="button" class="quiet" onClick={closeModel}>
              {modelWords.remove}
            </button>
          </div>
        </div>
      )}
    </div>
  );
}
