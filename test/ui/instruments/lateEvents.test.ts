/** A worker's events and its answers come by ways of their own, so an event may come after the answer: nothing is under way then. */
import { expect, test, vi } from 'vitest';
import type { CellsEvent, MachineProgress } from '../../../src/protocol.ts';
import { fields, fillGrid, grid, underWay } from '../../../src/ui/instruments/state.ts';
import { check, measure } from '../../../src/ui/machine/state.ts';

const late = vi.hoisted(() => {
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('addEventListener', () => {});
  return {} as { grid: (event: CellsEvent) => void; machine: (progress: MachineProgress) => void };
});
vi.mock('../../../src/ui/trainer.ts', async (original) => ({
  ...(await original<object>()),
  async runCells(_: unknown, hear: typeof late.grid) {
    late.grid = hear;
    return true;
  },
  async checkMachine(hear: typeof late.machine) {
    late.machine = hear;
    return { steps: [{ preset: 'smoke', flopsPerSecond: 1e9 }] };
  },
}));

test('a grid whose last row comes late shows it, and is not under way again', async () => {
  fields.rates.value = '1e-3';
  await fillGrid();
  expect(underWay.value).toBe(null);
  late.grid({ kind: 'running', cell: 0, step: 9, endStep: 10 });
  late.grid({ kind: 'end', cell: 0, loss: 5 });
  expect(underWay.value).toBe(null);
  expect(grid.value).toMatchObject({ at: null, rows: [{ rate: 1e-3, seed: 1, loss: 5 }] });
});

test('a report of the machine is not hidden by progress that comes late', async () => {
  await measure();
  late.machine({ kind: 'steps', preset: 'smoke', done: 1, total: 2 });
  expect(check.value.kind).toBe('done');
});
