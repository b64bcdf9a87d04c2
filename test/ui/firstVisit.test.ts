/** What a visitor meets who has chosen nothing: a base to continue, a preset that fits, a recorded run. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import type { RunConfig } from '../../src/config/run.ts';
import { baseMetadata } from '../../src/recipe/baseCheckpoint.ts';
import type { RecordedRun } from '../../src/recipe/results/recordedRun.ts';
import { isRecalled, records } from '../../src/ui/runs/ledger.ts';
import { hasAskedForShipped } from '../../src/ui/recipe/base.ts';
import { choosePreset, chosenShipped, config, nextPlan, ownConfig, preset, state } from '../../src/ui/recipe/config.ts';
import { fitPreset, fitting } from '../../src/ui/run/fitted.ts';
import { isPlaying, offerRecorded } from '../../src/ui/run/recorded.ts';
import { beginRun, heldOut, history, isRecorded, leaveRun, runConfig, runState } from '../../src/ui/run/run.ts';
import { hasGpu, machine } from '../../src/ui/trainer.ts';
import { startWords } from '../../src/ui/words/start.ts';

const adapter = {
  vendor: '',
  architecture: '',
  description: '',
  features: [],
  maxBufferSize: 1,
  maxStorageBufferBindingSize: 1,
};
const software = { kind: 'ready', adapter: { ...adapter, software: true } } as const;
const processor = { kind: 'ready', adapter: { ...adapter, software: true, processor: { threads: 1 } } } as const;
const hardware = { kind: 'ready', adapter: { ...adapter, software: false } } as const;

/** A base of this configuration, trained ten times as long. */
function longer(of: RunConfig) {
  const trained = structuredClone(of);
  trained.base.steps *= 10;
  return baseMetadata(trained, '0'.repeat(64));
}

let end = () => {};
beforeEach(() => {
  choosePreset('small');
  chosenShipped.value = null;
  hasAskedForShipped.value = false;
  machine.value = { kind: 'asking' };
  fitting.value = null;
  records.value = [];
  isRecalled.value = false;
  leaveRun();
});
afterEach(() => end());

describe('a shipped base of real text', () => {
  test('is continued with its own length and final rate; what the form would train is still known', () => {
    const base = longer(presetConfig('small'));
    chosenShipped.value = base;
    expect(config.value.base.steps).toBe(base.steps);
    expect(config.value.continued!.schedule.peak).toBe(base.endingRate);
    expect([nextPlan.value.firstStep, nextPlan.value.endStep]).toEqual([base.steps, base.steps + 300]);
    expect(ownConfig.value).toEqual(presetConfig('small'));
  });

  test('of a world is the very run of the form', () => {
    choosePreset('ci');
    chosenShipped.value = baseMetadata(presetConfig('ci'), '0'.repeat(64));
    state('continued.steps', '7');
    expect(config.value).toEqual(ownConfig.value);
    expect(nextPlan.value.firstStep).toBe(presetConfig('ci').base.steps);
  });
});

describe('without a GPU', () => {
  const decide = (where: typeof software | typeof processor | typeof hardware) => {
    end = fitPreset();
    machine.value = where;
    hasAskedForShipped.value = true;
  };

  test('a preset that would take many minutes gives way to the quickest one', () => {
    decide(software);
    expect(preset.value).toBe('smoke');
    expect(fitting.value).toMatchObject({ kind: 'changed', from: 'small' });
  });

  test('one that continues a shipped base stays, and its time is told', () => {
    chosenShipped.value = longer(presetConfig('small'));
    decide(software);
    expect(preset.value).toBe('small');
    const { kind, seconds } = fitting.value!;
    expect(kind).toBe('kept');
    // 300 steps of 1,536 tokens at 2.6 MFLOP each, at 8 GFLOP a second
    expect(seconds).toBeGreaterThan(100);
    expect(seconds).toBeLessThan(250);
  });

  test('the time is told of what will train: the processor is faster than the software adapter, and its memory no graphics memory', () => {
    chosenShipped.value = longer(presetConfig('small'));
    decide(processor);
    // The same 1.2 TFLOP at 30 GFLOP a second.
    expect(fitting.value!.seconds).toBeCloseTo(40, -1);
    expect(startWords.before.summary(48e6, hasGpu.value, null)).toBe('Needs 48 MB of memory');
    machine.value = hardware;
    expect(startWords.before.summary(48e6, hasGpu.value, null)).toBe('Needs 48 MB of graphics memory');
  });

  test('nothing is decided for a GPU, or over a recipe that somebody has changed', () => {
    decide(hardware);
    expect([preset.value, fitting.value]).toEqual(['small', null]);
    end();
    state('base.steps', '7');
    decide(software);
    expect([preset.value, fitting.value]).toEqual(['small', null]);
  });
});

describe('the recorded run', () => {
  const run: RecordedRun = {
    config: presetConfig('small'),
    adapter: 'a test',
    metrics: {
      step: [0, 2, 4],
      tokens: [10, 30, 50],
      loss: [6, 5, 4],
      lr: [1, 1, 1],
      gradNorm: [1, 1, 1],
      tokensPerSecond: [9, 9, 9],
      phase: [0, 0, 0],
    },
    heldOut: [
      { step: 0, tokens: 0, loss: { news: 6 } },
      { step: 3, tokens: 30, loss: { news: 5 } },
      { step: 5, tokens: 50, loss: { news: 4 } },
    ],
    samples: [],
  };
  let frames: ((now: number) => void)[] = [];
  const still = vi.fn<() => { matches: boolean }>();
  const offer = async () => {
    end = offerRecorded();
    await vi.waitFor(() => expect(isRecorded.value).toBe(true));
  };

  beforeEach(() => {
    frames = [];
    still.mockReturnValue({ matches: true });
    vi.stubGlobal('matchMedia', still);
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => Response.json(run)),
    );
    vi.stubGlobal('requestAnimationFrame', (frame: (now: number) => void) => frames.push(frame));
  });

  test('is told by its steps and tokens, not by the hours of a machine that did other work too', () => {
    expect(startWords.recorded.says('small', 12_300, 18_892_800, 'processor (2 threads)')).toBe(
      'This run was recorded: preset small, 12,300 steps on 18.9M tokens, trained on a processor.',
    );
    const shipped = JSON.parse(readFileSync('public/recorded/run.json', 'utf8')) as RecordedRun;
    expect(shipped).not.toHaveProperty('seconds');
  });

  test('is shown whole to those who want no motion, and the page stays ready to start', async () => {
    isRecalled.value = true;
    await offer();
    expect([...history.loss.subarray(0, history.length)]).toEqual([6, 5, 4]);
    expect(heldOut.value).toHaveLength(3);
    expect(runState.value).toEqual({ kind: 'idle' });
    expect(records.value).toEqual([]);
  });

  test('unfolds frame by frame to others, every point once', async () => {
    still.mockReturnValue({ matches: false });
    isRecalled.value = true;
    await offer();
    for (const now of [0, 3000, 6000, 9000]) frames.shift()?.(now);
    expect([...history.step.subarray(0, history.length)]).toEqual([0, 2, 4]);
    expect(heldOut.value.map(({ step }) => step)).toEqual([0, 3, 5]);
    expect(isPlaying.value).toBe(false);
    expect(frames).toEqual([]);
  });

  test('waits until earlier runs are known, leaves for a changed recipe, and stops for a run', async () => {
    still.mockReturnValue({ matches: false });
    end = offerRecorded();
    expect(fetch).not.toHaveBeenCalled();
    isRecalled.value = true;
    await vi.waitFor(() => expect(isRecorded.value).toBe(true));
    state('base.steps', '7');
    expect([isRecorded.value, runConfig.value]).toEqual([false, null]);
    choosePreset('small');
    await vi.waitFor(() => expect(isRecorded.value).toBe(true));
    beginRun(config.value, 'all');
    for (const frame of frames) frame(100_000);
    expect(history.length).toBe(0);
    expect(isRecorded.value).toBe(false);
  });

  test('is there whatever was chosen where nothing can be trained', async () => {
    state('base.steps', '7');
    machine.value = { kind: 'none', cause: 'no-webgpu', message: '' };
    await offer();
    expect(history.length).toBe(3);
  });
});
