/** Documents flow through the steps: a bar for what is left, and a button for every reason. */
import type { DataReport } from '../../recipe/curation/dataReport.ts';
import { chosen } from './state.ts';
import { words } from './words.ts';

export function Flow({ report }: { report: DataReport }) {
  const { stages, pages, tokens } = report;
  const width = (share: number) => ({ width: `${100 * share}%` });
  return (
    <section>
      <h2>{words.flow}</h2>
      <p class="note">{words.flowNote}</p>
      <ol class="flow">
        <li>
          <h3>{words.raw}</h3>
          <div class="flow-bar" style={width(1)} />
          <p>{words.left(pages, tokens)}</p>
        </li>
        {stages.map(({ name, out, tokens: left, reasons, right, factsPer100, caught }) => (
          <li key={name}>
            <h3>{name}</h3>
            <div class="flow-bar" style={width(left / tokens)} />
            <p>
              {words.left(out, left)} <span class="note">{words.truth(factsPer100, right)}</span>
            </p>
            <div class="buttons">
              {reasons.length === 0 && <span class="note">{words.nothing}</span>}
              {reasons.map(({ reason, count }) => (
                <button
                  key={reason}
                  type="button"
                  class="quiet"
                  aria-pressed={chosen.value?.stage === name && chosen.value.reason === reason}
                  onClick={() => (chosen.value = { stage: name, reason })}
                >
                  {words.dropped(reason, count)}
                </button>
              ))}
            </div>
            {caught && <p class="note">{words.caught(caught.what, caught.precision, caught.recall)}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
