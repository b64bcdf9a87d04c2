/** What each strip of the picture is, and its legend: every line and source with its look, put away by a press. */
import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { Term } from '../components/Term.tsx';
import { logged } from '../run/run.ts';
import { type Entry, otherRuns, putAway, shownScale, shownSources, toggle } from '../run/shown.ts';
import { figureWords } from '../words/figure.ts';
import { runsWords } from '../words/runs.ts';
import { breaksOf } from './drawn.ts';
import { LineSample } from './LineSample.tsx';
import { lookOf } from './palette.ts';

const hasLine = computed(() => logged.value > 0);

export function Key() {
  return (
    <>
      <p class="key note">
        {figureWords.chart.drawn} <Term metric="loss">{figureWords.chart.loss}</Term>{' '}
        <Term metric="blend">{figureWords.chart.blend}</Term> <Term metric="rate">{figureWords.chart.rate}</Term>{' '}
        <Term metric="switch">{runsWords.columns.switch}</Term>{' '}
        <Term metric="smoothed">{figureWords.chart.smoothing}</Term>
        {breaksOf(shownScale.value.values).length > 0 && <span>{figureWords.chart.bent}</span>}
      </p>
      <ul class="key legend" aria-label={figureWords.chart.legend}>
        {hasLine.value && (
          <>
            <Line entry="average" name={figureWords.chart.lines.average} look={<LineSample place={null} />} />
            <Line entry="raw" name={figureWords.chart.lines.raw} look={<LineSample place={null} faint />} />
          </>
        )}
        {otherRuns.value.map(({ id, name, place }) => (
          <Line key={id} entry={`run ${id}`} name={name} look={<LineSample place={place} />} />
        ))}
        {shownSources.value.map((source, index) => {
          const look = lookOf(index);
          return (
            <Line
              key={source}
              entry={`source ${source}`}
              name={source}
              look={<span class={`swatch ${look.class}`} style={look.style} />}
            />
          );
        })}
      </ul>
    </>
  );
}

function Line({ entry, name, look }: { entry: Entry; name: string; look: JSX.Element }) {
  return (
    <li>
      <button type="button" aria-pressed={!putAway.value.has(entry)} onClick={() => toggle(entry)}>
        {look}
        <span>{name}</span>
      </button>
    </li>
  );
}
