/** How the curves of a lesson are told apart: runs by colour and dash together, one's own run, and what was drawn. */
import type { Look } from '../experiments/look.ts';

export const LOOKS: readonly Look[] = ['6 3', '2 2.5', '', '9 3 2 3'].map((dash, i) => ({
  colour: `var(--series-${i + 1})`,
  dash,
  width: 1.75,
}));
export const OWN: Look = { colour: 'var(--ember)', dash: '', width: 2.5 };
export const DRAWN: Look = { colour: 'var(--ink)', dash: '1 4', width: 2.5 };
