/** What each strip of the picture is, and its legend: every line and source with its look, put away by a press. */
import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { Term } from '../components/Term.tsx';
import { logged } from '../state/run.ts';
import { type Entry, otherRuns, putAway, shownScale, shownSources, toggle } from '../state/shown.ts';
import { text } from '../strings.ts';
import { breaksOf } from './drawn.ts';
import { LineSample } from './LineSample.tsx';
import { lookOf } from './palette.ts';

const hasLine = computed(() => logged.value > 0);

export function Key() {
  return (
    <>
      <p class="key note">
        {text.chart.drawn} <Term metric="loss">{text.chart.loss}</Term> <Term metric="blend">{text.chart.blend}</Term>{' '}
        <Term metric="rate">{text.chart.rate}</Term> <Term metric="switch">{text.runs.columns.switch}</Term>{' '}
        <Term metric="smoothed">{text.chart.smoothing}</Term>
        {breaksOf(shownScale.value.values).length > 0 && <span>{text.chart.bent}</span>}
      </p>
      <ul class="key legend" aria-label={text.chart.legend}>
        {hasLine.value && (
          <>
            <Line entry="average" name={text.chart.lines.average} look={<LineSample place={null} />} />
            <Line entry="raw" name={text.chart.lines.raw} look={<LineSample place={null} faint />} />
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
