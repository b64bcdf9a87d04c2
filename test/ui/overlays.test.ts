/** Which runs are drawn beside the one on the page, and what the legend puts away. */
import { expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { History } from '../../src/ui/chart/columns.ts';
import { curves, records } from '../../src/ui/runs/ledger.ts';
import { draw, isDrawn, otherLines } from '../../src/ui/runs/overlays.ts';
import { NO_FIGURES, type RunRecord } from '../../src/ui/runs/record.ts';
import { choosePreset } from '../../src/ui/recipe/config.ts';
import { otherRuns, others, toggle } from '../../src/ui/run/shown.ts';

function record(id: string, preset: string): RunRecord {
  const [state, figures] = [{ kind: 'done' } as const, NO_FIGURES];
  return {
    id,
    name: id,
    note: '',
    config: presetConfig(preset),
    part: 'all',
    state,
    startedAt: 0,
    place: 0,
    hidden: false,
    pinned: false,
    figures,
  };
}

const curve = new History();
const column = Float64Array.of(0, 1, 2);
curve.append({
  step: column,
  tokens: column,
  loss: column,
  lr: column,
  gradNorm: column,
  tokensPerSecond: column,
  phase: new Uint8Array(3),
});
records.value = [record('same', 'smoke'), record('other', 'tiny')];
curves.value = new Map(records.value.map(({ id }) => [id, curve]));
choosePreset('smoke');
const drawn = () => otherLines('step', 0.9).map(({ id }) => id);
const recordOf = (id: string) => records.value.find((one) => one.id === id)!;

test('a run of another preset is drawn when it is asked for, and not before', () => {
  expect(drawn()).toEqual(['same']);
  draw(recordOf('other'), true);
  expect(drawn()).toEqual(['same', 'other']);
  draw(recordOf('other'), false);
  expect(drawn()).toEqual(['same']);
  expect(isDrawn(recordOf('other'))).toBe(false);
  choosePreset('tiny');
  draw(recordOf('other'), true);
  expect(drawn()).toEqual(['other']);
  choosePreset('smoke');
});

test('the legend puts a run away and keeps its entry', () => {
  toggle('run same');
  expect(others.value.map(({ id }) => id)).not.toContain('same');
  expect(otherRuns.value.map(({ id }) => id)).toContain('same');
  toggle('run same');
  expect(others.value.map(({ id }) => id)).toContain('same');
});
