/** Before the first run the empty chart says what will be drawn into it. */
import type { Phase } from '../../recipe/phases.ts';
import { shownConfig, shownPlan } from './config.ts';
import { figureWords } from '../words/figure.ts';

export function PlanNote() {
  const { phases, firstStep: start, switchStep, stages } = shownPlan.value;
  const ramp = stages.length > 1 && figureWords.chart.planRamp(stages);
  const divisor = shownConfig.value.continued?.switchDivisor ?? 0;
  const hasQa = phases.some(({ name }) => name === 'qa');
  const neverSwitches = phases.length > 1 && switchStep === null && !hasQa;
  const sentence = ({ name, firstStep, steps }: Phase) => {
    if (name === 'base') return [figureWords.chart.planBase(steps), ramp].filter(Boolean).join(' ');
    if (name === 'general') return figureWords.chart.planGeneral(steps);
    return switchStep === null ? figureWords.chart.planSame : figureWords.chart.planQa(divisor, firstStep);
  };
  return (
    <ol class="plan-note">
      {start > 0 && (
        <li data-number="">
          <span>
            <strong>{figureWords.phase.base}.</strong> {figureWords.chart.planFromBase(start)}
          </span>
        </li>
      )}
      {phases.map((phase, index) => (
        <li key={phase.name} data-number={index + 1}>
          <span>
            <strong>{figureWords.phase[phase.name]}.</strong> {sentence(phase)}
          </span>
        </li>
      ))}
      {neverSwitches && <li data-number="">{figureWords.chart.planNoSwitch}</li>}
    </ol>
  );
}
