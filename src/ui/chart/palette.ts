/**
 * A source's look: a colour of the palette by its place in the run, and hatching for every second one, so that hue is
 * never alone.
 */
export const COLOURS = 7;

export function lookOf(index: number): { class: string; style: string } {
  return { class: index % 2 === 1 ? 'hatched' : '', style: `--colour: var(--series-${(index % COLOURS) + 1})` };
}

/** Other runs under the page's own, which is the one to look at. */
export const DIMMED = 0.45;

/** The first five colours for runs: the sixth is too near the ember, the seventh is the soft ink. */
export const RUN_COLOURS = 5;
/** Lengths of line and gap, px; four of them with five colours make twenty looks. */
const DASHES: readonly (readonly number[])[] = [[6, 3], [2, 2.5], [], [9, 3, 2, 3]];

/** A run's look by its place: a colour of the palette by index, and a dash. */
export function runLook(place: number): { colour: number; dash: readonly number[] } {
  return { colour: place % RUN_COLOURS, dash: DASHES[place % DASHES.length]! };
}
