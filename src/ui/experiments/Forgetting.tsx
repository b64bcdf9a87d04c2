/** Held-out loss of every source against the base's, arm by arm: gain below zero, forgetting above. */
import type { Experiment } from '../../recipe/experiments.ts';
import { difference } from '../../recipe/results/results.ts';
import { BASE, keysOf, type Results } from './results.ts';
import { Table } from '../components/Table.tsx';
import { words } from './words.ts';
import * as format from '../format.ts';

/** Nats at which the tint is full: a third of a nat is what forgetting a source looks like here. */
const FULL = 0.35;
/** Share of colour in the fullest tint, %: text stays above 4.5:1 on it. */
const TINT = 34;

export function Forgetting({ experiment, results }: { experiment: Experiment; results: Results }) {
  const sources = keysOf(results, (row) => row.heldOutLoss);
  const arms = experiment.arms.filter(({ name }) => difference(results, name, BASE));
  if (arms.length === 0 || sources.length === 0) return null;
  return (
    <section>
      <h2>{words.forgetting.heading}</h2>
      <Table
        class="numbers-table"
        name={words.forgetting.heading}
        head={[words.forgetting.arm, ...sources.map((source) => [source, 'forgotten'] as const)]}
      >
        {arms.map(({ name }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {sources.map((source) => {
              const found = difference(results, name, BASE, (row) => row.heldOutLoss[source]);
              return found ? (
                <td key={source} class="tinted" style={tint(found.mean)}>
                  {format.change(found.mean)}
                </td>
              ) : (
                <td key={source}>–</td>
              );
            })}
          </tr>
        ))}
      </Table>
      <p class="note">{words.forgetting.note}</p>
    </section>
  );
}

function tint(change: number): string {
  const share = Math.min(1, Math.abs(change) / FULL) * TINT;
  return `background: color-mix(in srgb, var(--series-${change < 0 ? 1 : 6}) ${share.toFixed(0)}%, var(--paper))`;
}
