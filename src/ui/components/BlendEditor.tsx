/** The three blends as stacked bars, and behind a toggle a number field for every weight. */
import { shares, sourcesOf } from '../chart/plan.ts';
import { lookOf } from '../chart/palette.ts';
import { BLEND_KEYS, blendOf, config, edit, type BlendKey } from '../state/config.ts';
import type { PhaseName } from '../../protocol.ts';
import { text } from '../strings.ts';
import * as format from '../format.ts';

const PHASE_OF: Record<BlendKey, PhaseName> = {
  'base.blend': 'base',
  'continued.general': 'general',
  'continued.qa': 'qa',
};

export function BlendEditor() {
  const sources = sourcesOf(config.value);
  const keys = BLEND_KEYS.filter((key) => blendOf(config.value, key) !== null);
  return (
    <div class="stack-2">
      <h2>{text.setup.blends}</h2>
      <dl class="bars">
        {keys.map((key) => (
          <Bar key={key} blend={key} sources={sources} />
        ))}
      </dl>
      <details>
        <summary>{text.setup.weights}</summary>
        <table class="weights">
          <thead>
            <tr>
              <th scope="col">{text.sources.source}</th>
              {keys.map((key) => (
                <th key={key} scope="col">
                  {text.phaseShort[PHASE_OF[key]]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sources.map((source, index) => (
              <tr key={source}>
                <th scope="row">
                  <span class={`swatch ${lookOf(index).class}`} style={lookOf(index).style} />
                  {source}
                </th>
                {keys.map((key) => (
                  <td key={key}>
                    <Weight blend={key} source={source} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

function Bar({ blend: key, sources }: { blend: BlendKey; sources: readonly string[] }) {
  const blend = shares(blendOf(config.value, key) ?? {});
  return (
    <>
      <dt>{text.phaseShort[PHASE_OF[key]]}</dt>
      <dd class="bar">
        {sources.map((source, index) => {
          const share = blend[source] ?? 0;
          const look = lookOf(index);
          const label = `${source} ${format.percent(share)}`;
          return (
            share > 0 && (
              <span key={source} class={`share ${look.class}`} style={`flex: ${share} 0 0; ${look.style}`} title={label}>
                <span class="visually-hidden">{label}</span>
              </span>
            )
          );
        })}
      </dd>
    </>
  );
}

function Weight({ blend: key, source }: { blend: BlendKey; source: string }) {
  const blend = blendOf(config.value, key) ?? {};
  return (
    <input
      type="number"
      min={0}
      step="any"
      aria-label={text.setup.weightOf(source, PHASE_OF[key])}
      value={blend[source] ?? 0}
      onInput={(event) => {
        const weight = event.currentTarget.valueAsNumber;
        if (weight >= 0) edit(key, withWeight(blend, source, weight));
      }}
    />
  );
}

/** A weight of zero leaves the source out, as presets do. */
function withWeight(blend: Record<string, number>, source: string, weight: number): Record<string, number> {
  const next = { ...blend, [source]: weight };
  if (weight === 0) delete next[source];
  return next;
}
