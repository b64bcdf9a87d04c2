/** The sweep of widths of this sheet: what its fields say, what it has measured so far, and what a launch kit takes of it. */
import { computed, signal } from '@preact/signals';
import type { WidthSweep } from '../../kits/widths.ts';
import {
  checkWidths,
  type Coordinate,
  missingModels,
  missingRuns,
  proposedWidths,
  type WidthCell,
  widthConfig,
  type WidthModel,
  type WidthPlan,
  type WidthRow,
} from '../../recipe/widths/widths.ts';
import { config } from '../recipe/config.ts';
import { files } from '../files/files.ts';
import { readCoordinates, runCells } from '../trainer.ts';
import { attempt, numbersIn, seedsIn, underWay } from './state.ts';
import { words } from './words.ts';

/** Empty: what follows from the recipe. */
export const widthFields = { widths: signal(''), rates: signal(''), tokens: signal(''), seeds: signal('1') };

export const proposed = computed(() => proposedWidths(config.value));

/** The sweep as the fields have it, or what is wrong with them. */
export const widthPlan = computed((): WidthPlan | string => {
  const widths = numbersIn(widthFields.widths.value, proposed.value.widths);
  const rates = numbersIn(widthFields.rates.value, proposed.value.rates);
  const tokens = numbersIn(widthFields.tokens.value, [proposed.value.tokens]);
  const seeds = seedsIn(widthFields.seeds.value, config.value.seed);
  if (!widths || !rates || tokens?.length !== 1) return words.grid.badField;
  if (typeof seeds === 'string') return seeds;
  const plan = { widths, rates, tokens: tokens[0]!, seeds };
  try {
    checkWidths(config.value, plan);
    return plan;
  } catch (error) {
    return (error as Error).message;
  }
});

interface Shown extends WidthSweep {
  plan: WidthPlan;
  rows: readonly WidthRow[];
  coordinates: readonly Coordinate[];
  /** What is measured or trained just now. */
  at: { model: WidthModel; rate: number | null; seed: number; share: number } | null;
}
export const widths = signal<Shown | null>(null);
let shownKey = '';

/** Activations of every model first, which take seconds, then the runs. */
export const sweepWidths = () =>
  attempt('widths', async () => {
    const plan = widthPlan.value;
    if (typeof plan === 'string') return;
    const run = config.value;
    const key = JSON.stringify([{ ...run, seed: 0 }, plan.tokens, plan.widths[0], files.value.map(({ name }) => name)]);
    // Of the same runs, what is there need not be trained again.
    const known = key === shownKey ? widths.value : null;
    shownKey = key;
    widths.value = {
      ...{ config: run, tokens: plan.tokens, plan, at: null },
      ...{ rows: known?.rows ?? [], coordinates: known?.coordinates ?? [] },
    };
    const change = (by: (shown: Shown) => Partial<Shown>): void => {
      // Events come by a way of their own, and may come after the answer: nothing is under way then.
      const next = { ...widths.value!, ...by(widths.value!) };
      widths.value = underWay.value ? next : { ...next, at: null };
      if (underWay.value?.doing) underWay.value = { trial: 'widths', doing: null };
    };
    const data = [...files.value];
    try {
      const { rows, coordinates } = widths.value;
      const unread = missingModels(plan, coordinates);
      const read = unread.map((model) => widthConfig(run, { ...model, rate: run.base.schedule.peak }, plan));
      const measured = await readCoordinates({ cells: read, files: data }, (cell, readings) =>
        change((shown) => ({
          at: { model: unread[cell]!, seed: unread[cell]!.seed, rate: null, share: (cell + 1) / unread.length },
          coordinates: [...shown.coordinates, ...readings.map((reading) => ({ ...unread[cell]!, ...reading }))],
        })),
      );
      if (!measured) return;
      const missing = missingRuns(plan, rows);
      const cells = missing.map((cell) => widthConfig(run, cell, plan));
      await runCells({ cells, files: data }, (event) => {
        const cell: WidthCell = missing[event.cell]!;
        if (event.kind === 'end') change((shown) => ({ rows: [...shown.rows, { ...cell, loss: event.loss }] }));
        else change(() => ({ at: { model: cell, ...cell, share: (event.step + 1) / event.endStep } }));
      });
    } finally {
      widths.value = { ...widths.value!, at: null };
    }
  });
