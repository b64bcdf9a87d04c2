/** Rate by batch: what to run, and the grid of losses, where every cell says how it stands to the best. */
import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Table } from '../components/Table.tsx';
import { gridCells, type GridCell, roundedTokens } from '../../recipe/grid.ts';
import * as format from '../format.ts';
import { Controls } from './Controls.tsx';
import { config } from '../recipe/config.ts';
import { fields, fillGrid, grid, gridPlan, proposed } from './state.ts';
import { words } from './words.ts';

export function GridSection() {
  const plan = gridPlan.value;
  const shown = grid.value;
  const { rates, batches, tokens } = proposed.value;
  const runs = typeof plan === 'string' ? 0 : plan.rates.length * plan.batches.length * plan.seeds.length;
  return (
    <section class="stack-2">
      <h2>{words.grid.heading}</h2>
      <div class="grid-fields">
        <Field label={words.grid.rates} value={fields.rates} placeholder={rates.map(format.rate).join(', ')} />
        <Field label={words.grid.batches} value={fields.batches} placeholder={batches.join(', ')} />
        <Field
          label={words.grid.tokens}
          value={fields.tokens}
          placeholder={format.integer(tokens).replaceAll(',', '')}
        />
        <Field label={words.grid.seeds} value={fields.seeds} placeholder="3" />
      </div>
      {typeof plan === 'string' ? (
        <p class="problem" role="alert">
          {plan}
        </p>
      ) : (
        <p class="note">
          {words.grid.cost(runs, runs * plan.tokens)} {roundedTokens(config.value, plan)}
        </p>
      )}
      <Controls
        trial="grid"
        label={shown && shown.rows.length > 0 ? words.grid.again : words.grid.begin}
        begin={fillGrid}
        disabled={typeof plan === 'string'}
        doing={
          shown?.at ? words.grid.at(shown.at.rate, shown.at.sequences, shown.at.seed, shown.at.share) : words.preparing
        }
      />
      {shown && shown.rows.length > 0 && <Losses />}
      <p class="note">{words.grid.note}</p>
    </section>
  );
}

export function Field({ label, value, placeholder }: { label: string; value: Signal<string>; placeholder: string }) {
  const id = useId();
  return (
    <div>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        value={value.value}
        onInput={(event) => (value.value = event.currentTarget.value)}
      />
    </div>
  );
}

function Losses() {
  const { rows, preset, plan } = grid.value!;
  const cells = gridCells(rows);
  const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
  const batches = ascending(cells.map(({ sequences }) => sequences));
  const ties = cells.filter(({ standing }) => standing === 'tie').length;
  const single = cells.some(({ standing }) => standing === 'one seed');
  return (
    <>
      <p class="note">{words.grid.caption(preset, plan.tokens)}</p>
      <Table
        class="numbers-table grid-table"
        name={words.grid.heading}
        head={[words.grid.peak, ...batches.map(words.grid.rows)]}
      >
        {ascending(cells.map(({ rate }) => rate)).map((rate) => (
          <tr key={rate}>
            <th scope="row">{format.rate(rate)}</th>
            {batches.map((sequences) => (
              <Cell key={sequences} cell={cells.find((one) => one.rate === rate && one.sequences === sequences)} />
            ))}
          </tr>
        ))}
      </Table>
      {cells.length > 1 && (
        <p class="said" role="status">
          {single ? words.grid.noTies : words.grid.ties(ties)}
        </p>
      )}
    </>
  );
}

/** The best is filled, ties are outlined: a reader sees a region and not a winner. */
function Cell({ cell }: { cell: GridCell | undefined }) {
  if (!cell) return <td>–</td>;
  const { standing, losses, mean, standardError, difference } = cell;
  if (standing === 'diverged') return <td class="note">{words.grid.diverged}</td>;
  const said = {
    best: words.grid.best,
    tie: words.grid.tie,
    worse: words.grid.worse(difference?.mean ?? 0),
    'one seed': words.grid.oneSeed,
  }[standing];
  return (
    <td class={standing.replace(' ', '-')}>
      <span class={standing === 'best' ? 'strong' : ''}>{mean.toFixed(3)}</span>{' '}
      {losses.length > 1 && <span class="note">± {standardError.toFixed(3)}</span>}
      <span class="standing">{said}</span>
    </td>
  );
}
