/** Several runs, one after another: behind one line until some wait. */
import { useSignal } from '@preact/signals';
import { emptyQueue, enqueue, isHeld, schedule, waiting } from './queue.ts';
import { baseSource } from '../recipe/base.ts';
import { config } from '../recipe/config.ts';
import { isActive } from '../run/controls.ts';
import { files } from '../files/files.ts';
import { runState } from '../run/run.ts';
import { startWords } from '../words/start.ts';

/** Seeds at a time: five give a usable band, ten a patient reader a good one. */
const MOST_SEEDS = 10;

export function Queue({ canQueue }: { canQueue: boolean }) {
  const seeds = useSignal(3);
  const count = waiting.value.length;
  const canGoOn = isHeld.value && !isActive(runState.value);
  return (
    <div>
      {count > 0 && (
        <p class="note">
          {startWords.queue.waiting(count, schedule.value?.end ?? null)}{' '}
          {canGoOn && (
            <button type="button" class="quiet" onClick={() => (isHeld.value = false)}>
              {startWords.queue.goOn}
            </button>
          )}{' '}
          <button type="button" class="quiet" onClick={emptyQueue}>
            {startWords.queue.empty}
          </button>
        </p>
      )}
      <details>
        <summary>{startWords.queue.heading}</summary>
        <div class="queue">
          <label>
            {startWords.queue.seeds}{' '}
            <input
              type="number"
              min={1}
              max={MOST_SEEDS}
              value={seeds.value}
              onChange={(event) => {
                const value = Math.round(event.currentTarget.valueAsNumber);
                seeds.value = Number.isFinite(value) ? Math.min(MOST_SEEDS, Math.max(1, value)) : 1;
                event.currentTarget.value = String(seeds.value);
              }}
            />
          </label>
          <button
            type="button"
            disabled={!canQueue}
            onClick={() => void enqueue(config.value, files.value, baseSource.value, seeds.value)}
          >
            {startWords.queue.add}
          </button>
        </div>
        <p class="note">{startWords.queue.note}</p>
      </details>
    </div>
  );
}
