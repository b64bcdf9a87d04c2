/** The blends as stacked bars, and behind a toggle a number field for every weight. */
import type { SettingSource } from '../../config/option.ts';
import { BLENDS } from '../../config/options.ts';
import { getPath } from '../../config/path.ts';
import type { Blend } from '../../config/run.ts';
import { lookOf } from '../chart/palette.ts';
import { config, sharesOf, sourcesOf, state } from './config.ts';
import { isLocked } from '../page/lesson.ts';
import { resultsWords } from '../words/results.ts';
import { recipeWords } from '../words/recipe.ts';
import { Word } from '../components/Term.tsx';
import * as format from '../format.ts';

interface Mix {
  /** Dotted key of the blend in the configuration. */
  key: string;
  /** "Base", without the word blend. */
  name: string;
  blend: Blend;
  explanation: string;
  source: SettingSource;
}

export function BlendEditor() {
  const sources = sourcesOf(config.value);
  const mixes = BLENDS.flatMap(({ key, label, explanation, source }): Mix[] => {
    const blend = getPath(config.value, key) as Blend | undefined;
    return blend ? [{ key, name: label.replace(/ blend$/, ''), blend, explanation, source }] : [];
  });
  return (
    <div class="stack-2">
      <h2>{recipeWords.setup.blends}</h2>
      <dl class="bars">
        {mixes.map((mix) => (
          <Bar key={mix.key} mix={mix} sources={sources} />
        ))}
      </dl>
      <details>
        <summary>{recipeWords.setup.weights}</summary>
        <table class="weights">
          <thead>
            <tr>
              <th scope="col">{resultsWords.sources.source}</th>
              {mixes.map(({ key, name }) => (
                <th key={key} scope="col">
                  {name}
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
                {mixes.map(({ key, name, blend }) => (
                  <td key={key}>
                    <input
                      type="number"
                      min={0}
                      step="any"
                      aria-label={recipeWords.setup.weightOf(source, name)}
                      value={blend[source] ?? 0}
                      disabled={isLocked('blends') || isLocked(key)}
                      onInput={(event) => state(`${key}.${source}`, event.currentTarget.value)}
                    />
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

function Bar({ mix, sources }: { mix: Mix; sources: readonly string[] }) {
  const shares = sharesOf(mix.blend);
  return (
    <>
      <dt>
        <Word explanation={mix.explanation} source={mix.source}>
          {mix.name}
        </Word>
      </dt>
      <dd class="bar">
        {sources.map((source, index) => {
          const share = shares[source] ?? 0;
          const look = lookOf(index);
          const label = `${source} ${format.percent(share)}`;
          return (
            share > 0 && (
              <span
                key={source}
                class={`share ${look.class}`}
                style={`flex: ${share} 0 0; ${look.style}`}
                title={label}
              >
                <span class="visually-hidden">{label}</span>
              </span>
            )
          );
        })}
      </dd>
    </>
  );
}
