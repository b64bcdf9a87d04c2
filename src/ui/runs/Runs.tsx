/** The runs side by side: what set each apart and what came of it. Fetched once there is something to compare. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import '../style/runs.css';
import { encodeHash } from '../../config/url.ts';
import { LineSample } from '../chart/LineSample.tsx';
import { isActive } from '../run/controls.ts';
import { readLink } from '../recipe/config.ts';
import type { ListedRun } from '../../protocol.ts';
import { mostFinishedBytes } from '../../util/kept.ts';
import { lesson } from '../page/lesson.ts';
import { isExperimenting } from '../experiments/experimentState.ts';
import { runState } from '../run/run.ts';
import { openProblem, openRun, saves, savesOf } from './saved.ts';
import { Explained } from '../components/Term.tsx';
import { METRICS, type MetricName } from '../words/metrics.ts';
import { runsWords } from '../words/runs.ts';
import * as format from '../format.ts';
import { amend, baseline, currentId, differenceOf, groups, records, star } from './ledger.ts';
import { draw, grouped, isDrawn } from './overlays.ts';
import { schedule } from './queue.ts';
import { meanOf, type RunRecord } from './record.ts';
import { heldOutOf, measuredSources, sorted, switchOf, type Column, type Order } from './rows.ts';
import { savesOfRows } from './saves.ts';
import { deleteRows } from './undo.ts';
import { Continued, ContinueButton } from './shared/Continue.tsx';
import { recallModels, sharedModels, sizeOf } from './shared/models.ts';
import { SharedRuns } from './shared/SharedRuns.tsx';
import { words } from './words.ts';

const COLUMNS: readonly Column[] = ['name', 'loss', 'heldOut', 'tokens', 'seconds', 'switch'];

export function Runs() {
  const order = useSignal<Order | null>(null);
  const source = useSignal<string | null>(null);
  const opened = useSignal<string | null>(null);
  const all = records.value;
  const measured = measuredSources(all);
  const together = grouped.value ? groups.value : [];
  const kept = savesOfRows(all, saves.value);
  const models = saves.value.filter(({ state }) => state === 'done');

  const shared = new Map([...sharedModels.value].filter(([id]) => all.some((record) => record.id === id)));
  void recallModels();

  const sortBy = (column: Column) => {
    const now = order.value;
    if (now?.column !== column) order.value = { column, descending: false };
    else order.value = now.descending ? null : { column, descending: true };
  };

  return (
    <section class="runs">
      <h2>{runsWords.heading}</h2>
      <div class="runs-tools">
        {measured.length > 1 && (
          <label>
            {runsWords.heldOutOf}{' '}
            <select value={source.value ?? ''} onChange={(event) => (source.value = event.currentTarget.value || null)}>
              <option value="">{runsWords.allSources}</option>
              {measured.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        {groups.value.length > 0 && (
          <label class="check">
            <input
              type="checkbox"
              checked={grouped.value}
              onChange={(event) => (grouped.value = event.currentTarget.checked)}
            />
            {runsWords.together}
          </label>
        )}
      </div>
      <div class="scroll" role="region" tabIndex={0} aria-label={runsWords.heading}>
        <table>
          <thead>
            <tr>
              {COLUMNS.map((column) => {
                const { value: now } = order;
                const way = now?.column === column ? (now.descending ? 'descending' : 'ascending') : undefined;
                return (
                  <th key={column} scope="col" aria-sort={way}>
                    <SortButton column={column} way={way} onSort={() => sortBy(column)} />
                  </th>
                );
              })}
              <th scope="col">
                <span class="visually-hidden">{runsWords.edit}</span>
              </th>
            </tr>
          </thead>
          {together.length > 0 && (
            <tbody class="groups">
              {together.map((members) => (
                <GroupRow key={members[0].id} members={members} source={source.value} />
              ))}
            </tbody>
          )}
          <tbody>
            {sorted(all, order.value, source.value).flatMap((record) => {
              const isOpen = opened.value === record.id;
              const toggle = () => (opened.value = isOpen ? null : record.id);
              const row = (
                <Row
                  key={record.id}
                  record={record}
                  save={kept.get(record.id)}
                  source={source.value}
                  isOpen={isOpen}
                  onToggle={toggle}
                />
              );
              return isOpen ? [row, <Detail key={`${record.id}-detail`} record={record} />] : [row];
            })}
          </tbody>
        </table>
      </div>
      {openProblem.value && (
        <p class="problem" role="alert">
          {openProblem.value}
        </p>
      )}
      <Continued />
      <SharedRuns />
      <p class="note">
        {words.note(models.length, savesOf(models), mostFinishedBytes)}
        {words.sharedNote(shared.size, sizeOf(shared))}
      </p>
    </section>
  );
}

const MEANING: Record<Exclude<Column, 'name'>, MetricName> = {
  loss: 'loss',
  heldOut: 'heldOut',
  tokens: 'tokens',
  seconds: 'seconds',
  switch: 'switch',
};

interface SortProps {
  column: Column;
  way: 'ascending' | 'descending' | undefined;
  onSort(): void;
}

function SortButton({ column, way, onSort }: SortProps) {
  const button = (describedBy?: string) => (
    <button type="button" class="quiet" aria-describedby={describedBy} onClick={onSort}>
      {runsWords.columns[column]}
      <span aria-hidden="true">{way ? (way === 'ascending' ? ' ↑' : ' ↓') : ''}</span>
    </button>
  );
  return column === 'name' ? button() : <Explained {...METRICS[MEANING[column]]}>{button}</Explained>;
}

interface RowProps {
  record: RunRecord;
  save: ListedRun | undefined;
  source: string | null;
  isOpen: boolean;
  onToggle(): void;
}

function Row({ record, save, source, isOpen, onToggle }: RowProps) {
  const { id, name, figures, note } = record;
  const isCurrent = id === currentId.value;
  const drawn = isDrawn(record);
  const state = isCurrent && runState.value.kind !== 'idle' ? runState.value : record.state;
  const difference = differenceOf(record);
  return (
    <tr class={drawn || isCurrent ? '' : 'faded'}>
      <th scope="row">
        <label class="run-name">
          <input
            type="checkbox"
            checked={isCurrent || drawn}
            disabled={isCurrent || state.kind === 'queued'}
            aria-label={runsWords.show(name)}
            onChange={(event) => draw(record, event.currentTarget.checked)}
          />
          <LineSample place={isCurrent ? null : placeDrawn(record)} />
          {name}
        </label>
        {record.pinned && <span class="mark">{runsWords.pinned}</span>}
        <span class="note"> {runsWords.state(state, schedule.value?.starts.get(id) ?? null)}</span>
        <p class="note difference">{baseline.value?.id === id ? runsWords.isBaseline : difference}</p>
        {note && <p class="difference">{note}</p>}
      </th>
      <td>{figures.loss === null ? '' : format.loss(figures.loss)}</td>
      <td>{written(heldOutOf(record, source))}</td>
      <td>{figures.tokens > 0 ? format.short(figures.tokens) : ''}</td>
      <td>{figures.seconds > 0 ? format.duration(figures.seconds) : ''}</td>
      <td>{whole(switchOf(record))}</td>
      <td>
        {save && !save.elsewhere && !isCurrent && (
          <button
            type="button"
            class="quiet open"
            aria-label={words.openOf(name)}
            disabled={isActive(runState.value) || isExperimenting.value}
            onClick={() => {
              amend(id, { saved: save.id });
              void openRun(save);
            }}
          >
            {words.open}
          </button>
        )}
        <ContinueButton record={record} />
        <button
          type="button"
          class="quiet"
          aria-expanded={isOpen}
          aria-label={runsWords.editOf(name)}
          onClick={onToggle}
        >
          {runsWords.edit}
        </button>
      </td>
    </tr>
  );
}

/** A seed drawn with others has their line. */
function placeDrawn(record: RunRecord): number {
  const group = grouped.value ? groups.value.find((members) => members.includes(record)) : undefined;
  return (group?.at(-1) ?? record).place;
}

const written = (value: number | null) => (value === null ? '' : format.loss(value));
const whole = (value: number | null) => (value === null ? runsWords.never : format.integer(value));

function Detail({ record }: { record: RunRecord }) {
  const { id, name, note, pinned } = record;
  const isUnderWay = id === currentId.value && isActive(runState.value);
  return (
    <tr class="detail">
      <td colSpan={COLUMNS.length + 1}>
        <div class="edit">
          <Field label={runsWords.name} value={name} onValue={(value) => value && amend(id, { name: value })} />
          <Field label={runsWords.noteField} value={note} onValue={(value) => amend(id, { note: value })} />
          <Action onClick={() => amend(id, { pinned: !pinned })}>{pinned ? runsWords.unpin : runsWords.pin}</Action>
          <Action onClick={() => star(id)}>{runsWords.makeBaseline}</Action>
          {lesson.locked.size === 0 && (
            <Action onClick={() => readLink(encodeHash(record.config))}>{runsWords.takeOver}</Action>
          )}
          {!isUnderWay && <Action onClick={() => void deleteRows([id])}>{runsWords.remove}</Action>}
        </div>
        {record.shared && !sharedModels.value.has(id) && <p class="note difference">{words.shared.noModelHere}</p>}
      </td>
    </tr>
  );
}

function Action({ onClick, children }: { onClick(): void; children: ComponentChildren }) {
  return (
    <button type="button" class="quiet" onClick={onClick}>
      {children}
    </button>
  );
}

/** Longest name or note: a line of the table. */
const LONGEST = 80;

function Field({ label, value, onValue }: { label: string; value: string; onValue(value: string): void }) {
  return (
    <label>
      <span class="note">{label}</span>
      <input
        type="text"
        maxLength={LONGEST}
        value={value}
        onChange={(event) => onValue(event.currentTarget.value.trim())}
      />
    </label>
  );
}

/** Seeds of one recipe as one row: mean ± standard deviation. */
function GroupRow({ members, source }: { members: readonly RunRecord[]; source: string | null }) {
  const oldest = members.at(-1)!;
  const over = (value: (record: RunRecord) => number | null, write: (value: number) => string) => {
    const found = meanOf(members.map(value));
    if (!found) return '';
    return found.spread === null ? write(found.mean) : `${write(found.mean)} ± ${found.spread.toFixed(3)}`;
  };
  return (
    <tr class="strong">
      <th scope="row">
        <span class="run-name">
          <LineSample place={oldest.place} />
          {runsWords.seedsOf(members.length, oldest.name)}
        </span>
      </th>
      <td>{over(({ figures }) => figures.loss, format.loss)}</td>
      <td>{over((record) => heldOutOf(record, source), format.loss)}</td>
      <td>{format.short(members.reduce((sum, { figures }) => sum + figures.tokens, 0))}</td>
      <td>{format.duration(members.reduce((sum, { figures }) => sum + figures.seconds, 0))}</td>
      <td colSpan={2}>{whole(switchOf(oldest))}</td>
    </tr>
  );
}
