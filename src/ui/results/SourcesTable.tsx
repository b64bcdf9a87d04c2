/** What the model has learnt of each source, before and after the switch, and how much of it was drawn. */
import { computed } from '@preact/signals';
import { Table } from '../components/Table.tsx';
import { lookOf } from '../chart/palette.ts';
import { changeOf } from '../../recipe/results/conclusion.ts';
import { shownPlan } from '../recipe/config.ts';
import { isActive } from '../run/controls.ts';
import { heldOut, isRecorded, runState, sources } from '../run/run.ts';
import { shownSources } from '../run/shown.ts';
import { resultsWords } from '../words/results.ts';
import { Trend } from './Trend.tsx';
import * as format from '../format.ts';

/** A recorded run does not say what it drew. */
const isCounted = computed(() => sources.value.length > 0 || !isRecorded.value);

export function SourcesTable() {
  const points = heldOut.value;
  const hasSwitch = shownPlan.value.switchStep !== null;
  return (
    <section>
      <h2>{resultsWords.sources.heading}</h2>
      {points.length === 0 && sources.value.length === 0 ? (
        <p class="note">{resultsWords.sources.empty}</p>
      ) : (
        <Table
          name={resultsWords.sources.heading}
          head={[
            resultsWords.sources.source,
            [resultsWords.sources.start, 'heldOut'],
            ...(hasSwitch ? ([[resultsWords.sources.switch, 'heldOut']] as const) : []),
            [isActive(runState.value) ? resultsWords.sources.now : resultsWords.sources.end, 'heldOut'],
            hasSwitch ? [resultsWords.sources.sinceSwitch, 'sinceSwitch'] : [resultsWords.sources.change, 'change'],
            resultsWords.sources.trend,
            ...(isCounted.value
              ? ([
                  [resultsWords.sources.tokens, 'tokens'],
                  [resultsWords.sources.epochs, 'passes'],
                ] as const)
              : []),
          ]}
        >
          {shownSources.value.map((source, index) => (
            <Row key={source} source={source} index={index} />
          ))}
        </Table>
      )}
      <p class="note">{resultsWords.sources.note}</p>
    </section>
  );
}

function Row({ source, index }: { source: string; index: number }) {
  const { switchStep } = shownPlan.value;
  const points = heldOut.value.filter(({ loss }) => loss[source] !== undefined);
  const values = points.map(({ loss }) => loss[source]);
  const [start] = points;
  const last = points.at(-1);
  const change = switchStep === null ? start : points.find(({ step }) => step === switchStep);
  const moved = change && last && changeOf(change, last, [source]);
  const count = sources.value.find(({ name }) => name === source);
  const look = lookOf(index);
  return (
    <tr>
      <th scope="row">
        <span class={`swatch ${look.class}`} style={look.style} />
        {source}
      </th>
      {!start || !last ? (
        <td class="apart" colSpan={switchStep === null ? 4 : 5}>
          {heldOut.value.length > 0 ? resultsWords.sources.unmeasuredApart : resultsWords.sources.unmeasured}
        </td>
      ) : (
        <>
          <td>{format.loss(start.loss[source])}</td>
          {switchStep !== null && <td>{change ? format.loss(change.loss[source]) : ''}</td>}
          <td>{format.loss(last.loss[source])}</td>
          <td>{moved ? resultsWords.sources.withError(moved.change, moved.error) : ''}</td>
          <td>
            <Trend
              points={points}
              values={values}
              label={resultsWords.sources.trendOf(source, values[0], last.loss[source])}
            />
          </td>
        </>
      )}
      {isCounted.value && (
        <>
          <td>{count ? format.short(count.tokens) : ''}</td>
          <td>{count ? format.shareRead(count.epochs) : ''}</td>
        </>
      )}
    </tr>
  );
}
