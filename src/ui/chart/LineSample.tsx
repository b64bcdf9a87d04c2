/** A short piece of a run's line, as the picture draws it; the page's own run has no place. */
import { RUN_COLOURS, runLook } from './palette.ts';

export function LineSample({ place, faint = false }: { place: number | null; faint?: boolean }) {
  const look = place === null ? null : runLook(place);
  return (
    <svg class="line-sample" width="28" height="10" aria-hidden="true">
      <line
        x1="0"
        x2="28"
        y1="5"
        y2="5"
        stroke={look ? `var(--series-${(look.colour % RUN_COLOURS) + 1})` : 'var(--ink)'}
        stroke-width={look ? 2 : faint ? 1 : 2.5}
        stroke-opacity={faint ? 0.4 : undefined}
        stroke-dasharray={look?.dash.join(' ')}
      />
    </svg>
  );
}
