/** The sweep of widths: what its fields say, what it asks the worker for, and what it keeps. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { CellsEvent, CellsRequest, Reading } from '../../../src/protocol.ts';
import { config } from '../../../src/ui/recipe/config.ts';
import { underWay } from '../../../src/ui/instruments/state.ts';
import { sweepWidths, widthFields, widthPlan, widths } from '../../../src/ui/instruments/widths.ts';

const worker = vi.hoisted(() => {
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('addEventListener', () => {});
  return {
    asked: [] as { kind: 'coordinates' | 'cells'; request: CellsRequest }[],
    /** Cells that are trained before somebody stops it. */
    most: Infinity,
    late: null as ((event: CellsEvent) => void) | null,
  };
});
vi.mock('../../../src/ui/trainer.ts', async (original) => ({
  ...(await original<object>()),
  async readCoordinates(request: CellsRequest, tell: (cell: number, readings: Reading[]) => void) {
    worker.asked.push({ kind: 'coordinates', request });
    request.cells.forEach((_, cell) => tell(cell, [{ step: 10, site: 'logits', rms: 1, change: 1 }]));
    return true;
  },
  async runCells(request: CellsRequest, tell: (event: CellsEvent) => void) {
    worker.asked.push({ kind: 'cells', request });
    worker.late = tell;
    request.cells.slice(0, worker.most).forEach((_, cell) => {
      tell({ kind: 'running', cell, step: 4, endStep: 10 });
      tell({ kind: 'end', cell, loss: 2 + cell / 100 });
    });
    return request.cells.length <= worker.most;
  },
}));

const D = config.value.model.hidden_size;
beforeEach(() => {
  worker.asked = [];
  worker.most = Infinity;
  widthFields.widths.value = `${4 * D} ${D}`;
  widthFields.rates.value = '4e-3, 1e-3';
});

test('fields give widths and rates in order, or a sentence of what is wrong', () => {
  expect(widthPlan.value).toMatchObject({ widths: [D, 4 * D], rates: [1e-3, 4e-3], seeds: [config.value.seed] });
  for (const [written, said] of [
    ['64, x', /numbers above 0/],
    [`${D}`, /1 widths/],
    [`${D}, ${D + 1}`, /no whole number of heads/],
  ] as const) {
    widthFields.widths.value = written;
    expect(widthPlan.value).toMatch(said);
  }
});

test('activations come first; what was stopped goes on with what is missing, and a row that comes late counts', async () => {
  worker.most = 2;
  await sweepWidths();
  expect(worker.asked.map(({ kind, request }) => [kind, request.cells.length])).toEqual([
    ['coordinates', 3],
    ['cells', 6],
  ]);
  const [{ request: read }, { request: run }] = worker.asked as [(typeof worker.asked)[0], (typeof worker.asked)[0]];
  expect(read.cells.map(({ model }) => [model.hidden_size, model.mup_base_hidden_size])).toEqual([
    [D, undefined],
    [4 * D, undefined],
    [4 * D, D],
  ]);
  expect(new Set(run.cells.map(({ base }) => base.schedule.peak))).toEqual(new Set([1e-3, 4e-3]));
  expect([widths.value!.rows.length, widths.value!.coordinates.length, widths.value!.at]).toEqual([2, 3, null]);

  worker.late!({ kind: 'running', cell: 2, step: 5, endStep: 10 });
  worker.late!({ kind: 'end', cell: 2, loss: 3 });
  expect([underWay.value, widths.value!.at, widths.value!.rows.length]).toEqual([null, null, 3]);

  worker.most = Infinity;
  worker.asked = [];
  await sweepWidths();
  expect(worker.asked.map(({ kind, request }) => [kind, request.cells.length])).toEqual([
    ['coordinates', 0],
    ['cells', 3],
  ]);
  expect(widths.value!.rows).toHaveLength(6);
  // Another base width is another parametrization: nothing is kept.
  widthFields.widths.value = `${2 * D} ${4 * D}`;
  worker.asked = [];
  await sweepWidths();
  expect(worker.asked.map(({ request }) => request.cells.length)).toEqual([3, 6]);
});
