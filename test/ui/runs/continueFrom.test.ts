/** What the next run takes over from a shared run it continues, and what its model or the reader has said already. */
import { beforeEach, expect, test } from 'vitest';
import { presetConfig } from '../../../src/config/presets.ts';
import { withChanges } from '../../../src/config/resolve.ts';
import { baseMetadata } from '../../../src/recipe/baseCheckpoint.ts';
import { planRun } from '../../../src/recipe/phases.ts';
import { choosePreset, config, conflicts, givenBase, useSources } from '../../../src/ui/recipe/config.ts';
import { takeSettings } from '../../../src/ui/runs/shared/continueFrom.ts';

const shared = withChanges(presetConfig('smoke'), {
  ...{ 'base.steps': 40, 'continued.steps': 12, 'continued.switchDivisor': 2, 'batch.sequences': 3, seed: 9 },
  ...{ 'continued.qa.news': 50, 'model.hidden_size': 32, 'base.schedule.peak': 0.002, 'evaluation.rows': 3 },
});
const plan = planRun(shared, 'all');
const last = plan.endStep - 1;
const taken = { steps: plan.endStep, rate: plan.at(last).lr, tokens: 1, drawn: { rows: 1, tokens: 1 } };
const metadata = baseMetadata(shared, '0'.repeat(64), taken);

beforeEach(() => {
  useSources([]);
  choosePreset('tiny');
  givenBase.value = { ...metadata, preset: 'smoke' };
  choosePreset('smoke');
});

test('batch, blends, switch, length, seed and measuring are the shared run’s; rates and base are the model’s', () => {
  takeSettings(shared);
  const { continued, batch, seed, evaluation, model, base } = config.value;
  expect([continued!.qa, continued!.general]).toEqual([shared.continued!.qa, shared.continued!.general]);
  expect([continued!.steps, continued!.switchDivisor, batch, seed]).toEqual([12, 2, shared.batch, 9]);
  expect([evaluation, model]).toEqual([shared.evaluation, shared.model]);
  expect(continued!.schedule.peak).toBe(plan.at(last).lr);
  expect(continued!.schedule.end).toBeLessThan(continued!.schedule.peak);
  expect([base.steps, base.schedule.peak]).toEqual([plan.endStep, 0.002]);
  expect(conflicts.value).toEqual([]);
});

test('text that the reader has chosen stays in place of the shared run’s; a source of the sender’s is asked for', () => {
  useSources(['mine']);
  takeSettings(shared);
  expect(config.value.continued!.qa).toEqual({ mine: 1 });
  expect(config.value.batch).toEqual(shared.batch);
  useSources([]);
  const withNotes = structuredClone(shared);
  withNotes.continued!.qa['notes'] = 20;
  takeSettings(withNotes);
  expect(config.value.continued!.qa).toEqual(withNotes.continued!.qa);
  expect(conflicts.value).toEqual([expect.stringContaining('“notes” is not here')]);
});
