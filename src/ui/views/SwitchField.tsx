/** Where the blend switches: the divisor of the rate, its curve, and the step it lands on, together as it is moved. */
import { useId } from 'preact/hooks';
import { optionOf } from '../../config/options.ts';
import type { ContinuedConfig } from '../../config/run.ts';
import { OptionField } from '../components/OptionField.tsx';
import { RatePreview } from '../components/RatePreview.tsx';
import { blendSwitch } from '../../recipe/phases.ts';
import { state } from '../state/config.ts';
import { isLocked } from '../state/lesson.ts';
import { text } from '../strings.ts';

/** Stops of the slider: where the paper tried (1, 2, 5, 10, 50) and between. 0 is "never" (papers.md §1.9). */
const STOPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 75, 100, 0];

function stopNear(divisor: number): number {
  if (divisor === 0) return STOPS.length - 1;
  const distance = (stop: number) => (stop === 0 ? Infinity : Math.abs(Math.log(stop / divisor)));
  return STOPS.reduce((best, stop, i) => (distance(stop) < distance(STOPS[best]) ? i : best), 0);
}

export function SwitchField({ continued }: { continued: ContinuedConfig }) {
  const id = useId();
  const { switchDivisor, steps } = continued;
  const at = blendSwitch(continued);
  const option = optionOf('continued.switchDivisor');
  const spoken = switchDivisor === 0 ? text.setup.switchOff : text.setup.switchOf(switchDivisor);
  return (
    <div class="stack-2">
      <h2>
        <label for={id}>
          {text.setup.switch} <strong>{spoken}</strong>
        </label>
      </h2>
      <RatePreview continued={continued} />
      <input
        id={id}
        type="range"
        min={0}
        max={STOPS.length - 1}
        step={1}
        value={stopNear(switchDivisor)}
        aria-valuetext={spoken}
        disabled={isLocked('continued.switchDivisor')}
        onInput={(event) => state('continued.switchDivisor', String(STOPS[event.currentTarget.valueAsNumber]))}
      />
      {option && <OptionField option={option} />}
      <p class="note">{at === null ? text.setup.switchNever : text.setup.switchLands(at, steps)}</p>
    </div>
  );
}
