/** The picture in words and in rows, for whoever does not see it. */
import { phaseNames } from '../../recipe/measurements.ts';
import * as format from '../format.ts';
import { figureWords } from '../words/figure.ts';
import type { History } from './columns.ts';
import type { RunPlan } from '../../recipe/phases.ts';
import type { Smoother } from './smooth.ts';

/** `isOver`: no step follows. */
export function summaryOf(plan: RunPlan, history: History, smoother: Smoother, isOver: boolean): string {
  const last = history.length - 1;
  if (last < 0) return figureWords.chart.planned(plan.endStep, plan.switchStep);
  const sentence = figureWords.chart.summary(
    history.loss[0],
    smoother.values[last],
    history.step[last] + 1 - plan.firstStep,
  );
  // No loss before and after a switch beside each other: they are of different text.
  const { switchStep } = plan;
  const isPast = switchStep !== null && history.step[last] >= switchStep;
  if (switchStep === null || (isOver && !isPast)) return sentence;
  return `${sentence} ${figureWords.chart.summarySwitch(switchStep, isPast)}`;
}

/** Rows a table can show without becoming the page. */
const ROWS = 24;

/** Evenly spaced logged steps, and the ones on either side of every phase's beginning. */
export function rowsOf(history: History, smoother: Smoother): string[][] {
  const chosen = new Set<number>();
  for (let row = 0; row < ROWS; row++) chosen.add(Math.round((row / (ROWS - 1)) * (history.length - 1)));
  for (let i = 1; i < history.length; i++) {
    if (history.phase[i] !== history.phase[i - 1]) chosen.add(i - 1).add(i);
  }
  return [...chosen]
    .filter((i) => i >= 0 && i < history.length)
    .sort((a, b) => a - b)
    .map((i) => [
      format.integer(history.step[i]),
      figureWords.phaseShort[phaseNames[history.phase[i]]],
      format.loss(history.loss[i]),
      format.loss(smoother.values[i]),
      format.rate(history.lr[i]),
      format.integer(history.tokensPerSecond[i]),
      ...Object.values(history.own).map((values) => format.loss(values[i])),
    ]);
}
