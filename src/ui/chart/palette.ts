/**
 * A source's look: a colour of the palette by its place in the run, and hatching for every second one, so that hue is
 * never alone.
 */
const COLOURS = 7;

export function lookOf(index: number): { class: string; style: string } {
  return { class: index % 2 === 1 ? 'hatched' : '', style: `--colour: var(--series-${(index % COLOURS) + 1})` };
}
