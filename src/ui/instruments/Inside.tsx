/** The latest look inside the model, tensor by tensor and layer by layer, with what led there. */
import { useSignal } from '@preact/signals';
import { Sparkline } from '../chart/Sparkline.tsx';
import { Table } from '../components/Table.tsx';
import { Term } from '../components/Term.tsx';
import type { TensorReading } from '../../protocol.ts';
import { shownPlan } from '../recipe/config.ts';
import { inspections } from '../run/run.ts';
import { words } from './words.ts';

const { inside } = words;
const isNorm = ({ name }: TensorReading) => /norm\.(weight|bias)$/.test(name);

export function Inside() {
  const all = useSignal(false);
  const latest = inspections.value.at(-1);
  return (
    <section>
      <h2>{inside.heading}</h2>
      {!latest ? (
        <p class="note">{inside.empty}</p>
      ) : (
        <div class="stack-4">
          <p>
            {inside.at(latest.step)}. <Term metric="clipRate">{inside.clip(latest.clipRate)}</Term>
          </p>
          <Table
            class="numbers-table"
            name={inside.layers}
            head={[inside.layer, [inside.silent, 'deadUnits'], [inside.score, 'attentionScore'], inside.trend]}
          >
            {latest.layers.map(({ dead, highestScore }, layer) => (
              <tr key={layer}>
                <th scope="row">{layer}</th>
                <td>{`${inside.number(100 * dead)} %`}</td>
                <td>{inside.number(highestScore)}</td>
                <td>
                  <Trend
                    of={(look) => look.layers[layer]!.highestScore}
                    label={(from, to) => inside.scoreTrendOf(layer, inside.number(from), inside.number(to))}
                  />
                </td>
              </tr>
            ))}
          </Table>
          <div>
            <Table
              class="numbers-table"
              name={inside.tensors}
              head={[
                inside.tensor,
                [inside.gradient, 'gradNorm'],
                [inside.weight, 'weightNorm'],
                [inside.ratio, 'updateRatio'],
                inside.trend,
              ]}
            >
              {latest.tensors.map(
                (tensor, i) =>
                  (all.value || !isNorm(tensor)) && (
                    <tr key={tensor.name}>
                      <th scope="row">{tensor.name.replace(/^model\./, '').replace(/\.weight$/, '')}</th>
                      <td>{tensor.finite ? inside.number(tensor.gradNorm) : <b>{inside.notFinite}</b>}</td>
                      <td>{inside.number(tensor.weightNorm)}</td>
                      <td>{inside.share(tensor.updateRatio)}</td>
                      <td>
                        <Trend
                          of={(look) => {
                            const ratio = look.tensors[i]!.updateRatio;
                            return ratio ? Math.log10(ratio) : null;
                          }}
                          label={(from, to) =>
                            inside.trendOf(tensor.name, inside.share(10 ** from), inside.share(10 ** to))
                          }
                        />
                      </td>
                    </tr>
                  ),
              )}
            </Table>
            <button type="button" class="quiet" aria-pressed={all.value} onClick={() => (all.value = !all.value)}>
              {inside.all}
            </button>
          </div>
          <p class="note">{inside.note}</p>
        </div>
      )}
    </section>
  );
}

interface TrendProps {
  /** null: no value at that look. */
  of(look: (typeof inspections.value)[number]): number | null;
  label(from: number, to: number): string;
}

function Trend({ of, label }: TrendProps) {
  const points = inspections.value.flatMap((look) => {
    const value = of(look);
    return value === null ? [] : [{ step: look.step, value }];
  });
  if (points.length < 2) return null;
  const { firstStep, endStep, switchStep } = shownPlan.value;
  return (
    <Sparkline
      x={points.map(({ step }) => step)}
      y={points.map(({ value }) => value)}
      start={firstStep}
      end={endStep}
      mark={switchStep}
      label={label(points[0]!.value, points.at(-1)!.value)}
    />
  );
}
