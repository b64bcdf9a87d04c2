/** The matrix of attributes, weights of sources, and what training on each step came to. */
import { useSignal } from '@preact/signals';
import { dataExperimentNamed } from '../../recipe/curation/dataArms.ts';
import type { DataReport } from '../../recipe/curation/dataReport.ts';
import { EVALUATION_GROUPS } from '../../recipe/curation/evaluationGroups.ts';
import { differenceCell } from '../../recipe/curation/dataTable.ts';
import { mean } from '../../recipe/statistics.ts';
import { Table } from '../components/Table.tsx';
import * as format from '../format.ts';
import { fileProblems } from '../files/files.ts';
import { isHidden, isLocked } from '../page/lesson.ts';
import { RUN_HASH } from '../page/route.ts';
import { results } from './state.ts';
import { trainWith } from './trainWith.ts';
import { words } from './words.ts';

export function Matrix({ report: { matrix, cards, stages, pages } }: { report: DataReport }) {
  if (!matrix) return <NotLabelled documents={stages.at(-1)?.out ?? pages} />;
  const most = Math.max(1, ...matrix.counts.flat());
  return (
    <section>
      <h2>{words.matrix}</h2>
      <p class="note">
        {words.matrixNote}{' '}
        {cards
          .map(({ attribute, accuracy, interval, heldOut }) => words.card(attribute, accuracy, ...interval, heldOut))
          .join('; ')}
        .
      </p>
      <Table class="numbers-table heat" name={words.matrix} head={[words.domain, ...matrix.qualities]}>
        {matrix.domains.map((domain, d) => (
          <tr key={domain}>
            <th scope="row">{domain}</th>
            {matrix.counts[d]!.map((count, q) => (
              <td key={q} style={{ '--heat': count / most }}>
                {format.integer(count)}
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </section>
  );
}

/** Real text: no classifier here could say anything of it that is true. */
function NotLabelled({ documents }: { documents: number }) {
  return (
    <section>
      <h2>{words.attributes}</h2>
      <p class="note">{words.notLabelledNote}</p>
      <Table class="numbers-table heat" name={words.attributes} head={[words.attribute, words.notLabelled]}>
        {words.attributeNames.map((name) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="unlabelled">{format.integer(documents)}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

export function Weights({ report }: { report: DataReport }) {
  const { weights } = report;
  const sources = weights[0]?.sources.map(({ name }) => name) ?? [];
  const canTrain = !isHidden('files') && !isLocked('blends');
  /** Whether the files are being read; a second press would add them twice. */
  const adding = useSignal(false);
  const train = async (method: string) => {
    adding.value = true;
    try {
      if (await trainWith(report, method)) location.hash = RUN_HASH;
    } finally {
      adding.value = false;
    }
  };
  if (weights.length === 0) return <p>{words.nothingLeft}</p>;
  return (
    <section>
      <h2>{words.weights}</h2>
      <p class="note">
        {words.weightsNote} {canTrain && words.trainNote}
      </p>
      {canTrain &&
        fileProblems.value.map((sentence) => (
          <p key={sentence} class="problem" role="alert">
            {sentence}
          </p>
        ))}
      <Table
        class="numbers-table"
        name={words.weights}
        head={[words.method, ...(canTrain ? [words.blend] : []), ...sources]}
      >
        {weights.map(({ method, sources: list }) => (
          <tr key={method}>
            <th scope="row">{method}</th>
            {/* Before the sources, so that a phone has it without scrolling the table. */}
            {canTrain && (
              <td>
                <button
                  type="button"
                  disabled={adding.value}
                  aria-label={words.trainWith(method)}
                  onClick={() => void train(method)}
                >
                  {words.train}
                </button>
              </td>
            )}
            {list.map(({ name, share, epochs, repeated }) => (
              <td key={name}>
                <div class="weight-bar" style={{ width: `${100 * share}%` }} />
                {words.cell(share, epochs, repeated)}
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </section>
  );
}

export function Groups() {
  return (
    <section>
      <h2>{words.groups}</h2>
      <p class="note">{words.groupsNote}</p>
      <Table name={words.groups} head={[words.group, words.benchmarks, words.reported, words.here]}>
        {EVALUATION_GROUPS.map(({ group, benchmarks, value, here }) => (
          <tr key={group}>
            <th scope="row">{group}</th>
            <td class="text">{benchmarks}</td>
            <td>{value}</td>
            <td class="text">{here ?? words.noneHere}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

export function Trained() {
  const found = results.value;
  if (!found) return null;
  const seeds = new Set(found.rows.map(({ seed }) => seed)).size;
  return (
    <section>
      <h2>{words.trained}</h2>
      <p class="note">
        {words.trainedNote(seeds)} {words.thick}
      </p>
      <p>{words.firstRun}</p>
      {(['curation', 'weights', 'mining'] as const).map((name) => {
        const { title, arms } = dataExperimentNamed(name)!;
        const rowsOf = (arm: string) => found.rows.filter((row) => row.arm === arm);
        const there = arms.filter((arm) => rowsOf(arm.name).length > 0);
        if (there.length === 0) return null;
        return (
          <div key={name}>
            <h3>{title}</h3>
            <Table
              class="numbers-table narrow-heads"
              name={title}
              head={[words.arm, words.facts, words.per100, words.difference, words.against, words.paper]}
            >
              {there.map(({ name: arm, label, against, paper }) => {
                const facts = 100 * mean(rowsOf(arm).map(({ average }) => average));
                return (
                  <tr key={arm}>
                    <th scope="row">{label}</th>
                    <td>
                      <div class="weight-bar" style={{ width: `${facts}%` }} />
                      {facts.toFixed(1)}
                    </td>
                    <td class="strong">{mean(rowsOf(arm).map(({ data }) => data!.factsPer100)).toFixed(2)}</td>
                    <td>{differenceCell(found, arm, against)}</td>
                    <td class="text">{arms.find((one) => one.name === against)?.label}</td>
                    <td class="note">{paper && `${paper.gain} [${paper.mark}]`}</td>
                  </tr>
                );
              })}
            </Table>
          </div>
        );
      })}
    </section>
  );
}
