/** Names of the blends' colours, and what each strip of the picture is. */
import { Term } from '../components/Term.tsx';
import { text } from '../strings.ts';
import { lookOf } from './palette.ts';

export function Key({ sources }: { sources: readonly string[] }) {
  return (
    <>
      <p class="key note">
        {text.chart.drawn} <Term metric="loss">{text.chart.loss}</Term> <Term metric="blend">{text.chart.blend}</Term>{' '}
        <Term metric="rate">{text.chart.rate}</Term> <Term metric="switch">{text.runs.columns.switch}</Term>{' '}
        <Term metric="smoothed">{text.chart.smoothing}</Term>
      </p>
      <ul class="key">
        {sources.map((source, index) => {
          const look = lookOf(index);
          return (
            <li key={source}>
              <span class={`swatch ${look.class}`} style={look.style} />
              {source}
            </li>
          );
        })}
      </ul>
    </>
  );
}
