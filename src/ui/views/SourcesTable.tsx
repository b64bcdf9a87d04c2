/** What the model has learnt of each source, and how much of it was drawn. */
import { Table } from '../components/Table.tsx';
import { Sparkline } from '../chart/Sparkline.tsx';
import { lookOf } from '../chart/palette.ts';
import { shownPlan } from '../state/config.ts';
import { heldOut, sources } from '../state/run.ts';
import { shownSources } from '../state/shown.ts';
import { text } from '../strings.ts';
import * as format from '../format.ts';

export function SourcesTable() {
  const points = heldOut.value;
  return (
    <section>
      <h2>{text.sources.heading}</h2>
      {points.length === 0 && sources.value.length === 0 ? (
        <p class="note">{text.sources.empty}</p>
      ) : (
        <Table
          name={text.sources.heading}
          head={[
            text.sources.source,
            [text.sources.start, 'heldOut'],
            [text.sources.now, 'heldOut'],
            [text.sources.change, 'change'],
            text.sources.trend,
            [text.sources.tokens, 'tokens'],
            [text.sources.epochs, 'passes'],
          ]}
        >
          {shownSources.value.map((source, index) => (
            <Row key={source} source={source} index={index} />
          ))}
        </Table>
      )}
      <p class="note">{text.sources.note}</p>
    </section>
  );
}

function Row({ source, index }: { source: string; index: number }) {
  const points = heldOut.value.filter(({ loss }) => loss[source] !== undefined);
  const values = points.map(({ loss }) => loss[source]);
  const [first] = values;
  const last = values.at(-1);
  const count = sources.value.find(({ name }) => name === source);
  const look = lookOf(index);
  return (
    <tr>
      <th scope="row">
        <span class={`swatch ${look.class}`} style={look.style} />
        {source}
      </th>
      {first === undefined || last === undefined ? (
        <td colSpan={4}>{heldOut.value.length > 0 ? text.sources.unmeasuredApart : text.sources.unmeasured}</td>
      ) : (
        <>
          <td>{format.loss(first)}</td>
          <td>{format.loss(last)}</td>
          <td>{values.length > 1 ? format.change(last - first) : ''}</td>
          <td>
            {values.length > 1 && (
              <Sparkline
                x={points.map(({ step }) => step)}
                y={values}
                start={shownPlan.value.firstStep}
                end={shownPlan.value.endStep}
                mark={shownPlan.value.switchStep}
                label={text.sources.trendOf(source, first, last)}
              />
            )}
          </td>
        </>
      )}
      <td>{count ? format.short(count.tokens) : ''}</td>
      <td>{count ? format.passes(count.epochs) : ''}</td>
    </tr>
  );
}
