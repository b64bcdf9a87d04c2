/**
 * How arms are told apart: a colour and a dash that no other arm of the experiment has together, so that hue is never alone. The
 * recipe is the ember of the page, the pretraining blend its ink.
 */
import type { Experiment } from '../../recipe/experiments.ts';

export interface Look {
  colour: string;
  /** SVG's stroke-dasharray; empty: unbroken. */
  dash: string;
  width: number;
}

/** The palette's first five: the sixth is too near the ember, the seventh is the soft ink. */
const COLOURS = 5;
const DASHES = ['6 3', '2 2.5', '', '9 3 2 3'];

export function looksOf({ arms }: Experiment): ReadonlyMap<string, Look> {
  let place = 0;
  const others = () => {
    const i = place++;
    return { colour: `var(--series-${(i % COLOURS) + 1})`, dash: DASHES[i % DASHES.length]!, width: 1.75 };
  };
  return new Map(
    arms.map(({ name }): [string, Look] => {
      if (name === 'recipe') return [name, { colour: 'var(--ember)', dash: '', width: 2.5 }];
      if (name === 'pretraining-blend') return [name, { colour: 'var(--ink)', dash: '', width: 1.75 }];
      return [name, others()];
    }),
  );
}
