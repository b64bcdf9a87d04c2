/** A figure of a table over the run's steps, in small; nothing before its second value. */
import { Sparkline } from '../chart/Sparkline.tsx';
import { shownPlan } from '../recipe/config.ts';

interface Props {
  points: readonly { step: number }[];
  values: readonly number[];
  label: string;
}

export function Trend({ points, values, label }: Props) {
  if (values.length < 2) return null;
  const { firstStep, endStep, switchStep } = shownPlan.value;
  const x = points.map(({ step }) => step);
  return <Sparkline x={x} y={values} start={firstStep} end={endStep} mark={switchStep} label={label} />;
}
