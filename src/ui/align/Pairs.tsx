/** The triplets that a stage was trained on, a page of the table at a time. */
import { useSignal } from '@preact/signals';
import { type AlignStage, alignStages } from '../../recipe/alignApi.ts';
import { Table } from '../components/Table.tsx';
import { saveFile } from '../results/save.ts';
import { stages } from './state.ts';
import { words } from './words.ts';

const ROWS = 12;

export function Pairs() {
  const chosen = useSignal<AlignStage | null>(null);
  const onlyHard = useSignal(false);
  const at = useSignal(0);
  const having = alignStages.filter((stage) => stages.value[stage]?.pairs);
  const last = having.at(-1);
  if (!last) return null;
  const stage = chosen.value && having.includes(chosen.value) ? chosen.value : last;
  const every = stages.value[stage]!.pairs!;
  const all = onlyHard.value ? every.filter(({ hard }) => hard) : every;
  const first = Math.min(at.value, Math.max(0, all.length - 1));
  const save = () => {
    const lines = every.map(({ prompt, chosen: better, rejected, rewardChosen, rewardRejected }) =>
      JSON.stringify({
        prompt,
        chosen: better,
        rejected,
        reward_chosen: rewardChosen,
        reward_rejected: rewardRejected,
      }),
    );
    saveFile(
      `pairs-${stage.replace(' ', '-')}.jsonl`,
      new Blob([`${lines.join('\n')}\n`], { type: 'application/jsonl' }),
    );
  };
  return (
    <section>
      <h2>{words.pairs}</h2>
      <p class="note">{words.pairsNote}</p>
      <div class="buttons pairs-controls">
        <label>
          {words.pairsOf}{' '}
          <select
            value={stage}
            onChange={(event) => {
              chosen.value = event.currentTarget.value as AlignStage;
              at.value = 0;
            }}
          >
            {having.map((one) => (
              <option key={one} value={one}>
                {words.stageName(one)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.only}{' '}
          <select
            value={onlyHard.value ? 'hard' : 'all'}
            onChange={(event) => {
              onlyHard.value = event.currentTarget.value === 'hard';
              at.value = 0;
            }}
          >
            <option value="all">{words.all}</option>
            <option value="hard">{words.onlyHard}</option>
          </select>
        </label>
        <button type="button" class="quiet" onClick={save}>
          {words.saveLines}
        </button>
      </div>
      <Table
        class="pairs-table"
        name={words.pairs}
        head={[words.prompt, words.chosen, words.rewardChosen, words.rejected, `${words.rewardRejected} `]}
      >
        {all.slice(first, first + ROWS).map((pair, i) => (
          <tr key={first + i}>
            <th scope="row">
              {pair.prompt}
              {pair.hard && <span class="note"> {words.hardMark}</span>}
            </th>
            <td>
              {pair.chosen || words.empty} {pair.chosenRight && '✓'}
            </td>
            <td>{pair.rewardChosen.toFixed(2)}</td>
            <td>
              {pair.rejected || words.empty} {pair.rejectedRight && '✓'}
            </td>
            <td>{pair.rewardRejected.toFixed(2)}</td>
          </tr>
        ))}
      </Table>
      <div class="buttons">
        <button type="button" disabled={first === 0} onClick={() => (at.value = Math.max(0, first - ROWS))}>
          {words.before}
        </button>
        <span class="note" role="status">
          {words.page(Math.min(first + 1, all.length), Math.min(first + ROWS, all.length), all.length)}
        </span>
        <button type="button" disabled={first + ROWS >= all.length} onClick={() => (at.value = first + ROWS)}>
          {words.after}
        </button>
      </div>
    </section>
  );
}
