/** Where the blend switches: the divisor of the rate, its curve, and the step it lands on, together as it is moved. */
import { useId } from 'preact/hooks';
import { optionOf } from '../../config/options.ts';
import type { ContinuedConfig } from '../../config/run.ts';
import { OptionField } from './OptionField.tsx';
import { RatePreview } from './RatePreview.tsx';
import { rate } from '../../optim/schedule.ts';
import { blendSwitch } from '../../recipe/phases.ts';
import { nextPlan, state } from './config.ts';
import { isLocked } from '../page/lesson.ts';
import { recipeWords } from '../words/recipe.ts';

/** Stops of the slider: where the paper tried (1, 2, 5, 10, 50) and between. 0 is "never" (papers.md §1.9). */
const STOPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 75, 100, 0];

function stopNear(divisor: number): number {
  if (divisor === 0) return STOPS.length - 1;
  const distance = (stop: number) => (stop === 0 ? Infinity : Math.abs(Math.log(stop / divisor)));
  return STOPS.reduce((best, stop, i) => (distance(stop) < distance(STOPS[best]) ? i : best), 0);
}

/**
 * What to state so that the blend switches at a step: the divisor of the rate there, to three digits, which is finer than
 * a pixel of the picture; or the share of the steps where one is stated, or where the rate has not begun to fall.
 */
export function switchAt(continued: ContinuedConfig, step: number): [key: string, value: string] {
  const { schedule, steps, switchShare } = continued;
  const there = rate(schedule, step, steps);
  if (switchShare === null && there < schedule.peak && there > 0) {
    return ['continued.switchDivisor', String(Math.max(1, Number((schedule.peak / there).toPrecision(3))))];
  }
  if (switchShare === null && step <= schedule.warmupSteps) return ['continued.switchDivisor', '1'];
  return ['continued.switchShare', shareOf(step / steps)];
}

/** A share of 1 would never switch. */
const MOST_SHARE = 0.999;
const shareOf = (share: number) => String(Number(Math.min(share, MOST_SHARE).toFixed(3)));

function spokenOf({ switchDivisor, switchShare }: ContinuedConfig): string {
  if (switchShare !== null) return recipeWords.setup.switchShareOf(switchShare);
  return switchDivisor === 0 ? recipeWords.setup.switchOff : recipeWords.setup.switchOf(switchDivisor);
}

export function SwitchField({ continued }: { continued: ContinuedConfig }) {
  const id = useId();
  const { switchDivisor, switchShare, steps } = continued;
  // Either lock keeps the switch where it is.
  const fixed = isLocked('continued.switchDivisor') || isLocked('continued.switchShare');
  const at = blendSwitch(continued);
  const option = optionOf(switchShare === null ? 'continued.switchDivisor' : 'continued.switchShare');
  const spoken = spokenOf(continued);
  return (
    <div class="switch-field stack-2">
      <h2>
        <label for={id}>
          {switchShare === null ? recipeWords.setup.switch : recipeWords.setup.switchByShare} <strong>{spoken}</strong>
        </label>
      </h2>
      <RatePreview continued={continued} onDraw={fixed ? null : (step) => void state(...switchAt(continued, step))} />
      {switchShare === null ? (
        <input
          id={id}
          type="range"
          min={0}
          max={STOPS.length - 1}
          step={1}
          value={stopNear(switchDivisor)}
          aria-valuetext={spoken}
          disabled={fixed}
          onInput={(event) => state('continued.switchDivisor', String(STOPS[event.currentTarget.valueAsNumber]))}
        />
      ) : (
        <input
          id={id}
          type="range"
          min={0}
          max={MOST_SHARE}
          step="any"
          value={switchShare}
          aria-valuetext={spoken}
          disabled={fixed}
          onInput={(event) => state('continued.switchShare', shareOf(event.currentTarget.valueAsNumber))}
        />
      )}
      {option && <OptionField option={option} />}
      <p class="note" aria-live="polite">
        {at === null
          ? recipeWords.setup.switchNever
          : recipeWords.setup.switchLands(at, steps, nextPlan.value.tokensPerStep)}{' '}
        {switchShare === null ? !fixed && recipeWords.setup.switchHint : recipeWords.setup.switchShared}
      </p>
    </div>
  );
}
