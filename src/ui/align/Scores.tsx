/** The checkpoints in the suites, the paper's figures beside; and the reward model by whom it prefers. */
import { alignStages, type CheckpointName } from '../../recipe/alignApi.ts';
import { Table } from '../components/Table.tsx';
import { opened, stages } from './state.ts';
import { words } from './words.ts';

/** Beside these, which are no shares, everything is told in percent. */
const PLAIN = new Set(['reward', 'overLength', 'chosenMoved', 'rejectedMoved', 'nearTieGap', 'nearTieWanted']);
export const inUnits = (name: string, value: number): string =>
  (PLAIN.has(name) ? value.toFixed(2) : (100 * value).toFixed(0)).replace('-', '−');

export function Scores() {
  const made = (['base', ...alignStages] as const).flatMap((name: CheckpointName) => {
    const scores = name === 'base' ? opened.value?.scores : stages.value[name]?.scores;
    return scores && name !== 'reward' ? [{ name, scores }] : [];
  });
  const judge = stages.value.reward?.scores;
  const columns = Object.keys(words.score);
  return (
    <>
      <section>
        <h2>{words.scores}</h2>
        <p class="note">
          {words.scoresNote} {words.paperNote}
        </p>
        <Table
          class="numbers-table narrow-heads align-scores"
          name={words.scores}
          head={[words.stage, ...columns.map((one) => words.score[one]!), words.paper]}
        >
          {made.map(({ name, scores }) => (
            <tr key={name}>
              <th scope="row">{words.stageName(name)}</th>
              {columns.map((one) => (
                <td key={one}>{scores[one] === undefined ? '' : inUnits(one, scores[one])}</td>
              ))}
              <td class="note text">{words.paperScores[name]}</td>
            </tr>
          ))}
        </Table>
      </section>
      {judge && (
        <section>
          <h2>{words.judgeScores}</h2>
          <p class="note">{words.judgeNote}</p>
          <Table class="numbers-table" name={words.judgeScores} head={[words.judgedPairs, words.prefersBetter]}>
            {Object.entries(judge).map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{words.pairKind[name] ?? name}</th>
                <td>{inUnits(name, value)}</td>
              </tr>
            ))}
          </Table>
        </section>
      )}
    </>
  );
}
