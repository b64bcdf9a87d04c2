/**
 * Every call of the GPU that a run makes, from compiling through three steps to a save and its loading, made to fail in every way that
 * it can: an error with a cause, and no buffer left. On Dawn's null backend, which checks everything and computes nothing.
 */
import { describe, expect, it } from 'vitest';
import { openNullDevice } from '../../../src/cli/node/dawn.ts';
import { tokenIndex } from '../../../src/data/tokenIndex.ts';
import { canFail, type GpuFault, gpuFaults, type Sabotage, sabotage } from '../../../src/gpu/faulty.ts';
import { KernelError } from '../../../src/gpu/pipelines.ts';
import { GpuGoneError, watchOf } from '../../../src/gpu/watch.ts';
import { GpuBackend } from '../../../src/train/backends/gpu.ts';
import { Engine } from '../../../src/train/engine/engine.ts';
import { UserError } from '../../../src/util/errors.ts';
import { tinyBatch, tinyConfig } from '../../model/tiny.ts';

/** Seconds that a device which is to hang is waited for; the minute of a real one would only make the loop longer. */
const patience = 1;
/** Lives lived at once: most of a hang is waiting. */
const together = 16;
/** Of the calls of a name, each so many-th is made to fail, the first of them included; EVERY=1 takes all, as `npm run soak` does. */
const every = Number(process.env.EVERY ?? 10);

interface Life {
  error: unknown;
  sabotage: Sabotage;
  /** Bytes that the engine's memory counts after its end. */
  counted: number;
}

/** An engine's whole life on a device of its own. */
async function live(fault: GpuFault, at: number): Promise<Life> {
  const { device, report } = await openNullDevice();
  if (fault === 'hang') watchOf(device).least = { running: patience, compiling: patience };
  const saboteur = sabotage(device, fault, at);
  let engine: Engine | null = null;
  let error: unknown = null;
  try {
    engine = await Engine.create(
      new GpuBackend({ device, report: { ...report, software: true } }),
      tinyConfig,
      tokenIndex,
      undefined,
      {
        check: false,
      },
    );
    engine.initialize(1);
    for (let step = 0; step < 3; step++) {
      engine.submitStep(step, () => tinyBatch(tinyConfig, step), 1e-3, step + 1);
      await engine.metrics(step, step);
    }
    engine.restore(await engine.snapshot());
    await engine.metrics(2, 2);
  } catch (thrown) {
    error = thrown;
  }
  engine?.destroy();
  const counted = engine?.executor.bytes ?? 0;
  device.destroy();
  return { error, sabotage: saboteur, counted };
}

/** What a failed call may come to. */
function expectTyped(error: unknown, fault: GpuFault, call: string, label: string): void {
  // Why a kernel does not compile is asked for in advance, and the answer is wanted only where one does not.
  if (error === null && call === 'popErrorScope' && (fault === 'hang' || fault === 'reject')) return;
  // A kernel that one variant does not compile, the next one may (train/engine/variants.ts).
  if (error === null && call === 'createShaderModule' && fault === 'invalid') return;
  const told = error instanceof Error ? error.message : String(error);
  switch (fault) {
    case 'memory':
      expect(error, label).toBeInstanceOf(UserError);
      expect((error as UserError).code, label).toBe('gpu-memory');
      return expect(told, label).toMatch(
        /^Not enough graphics memory: there was no room for .+ \(?[\d.]+ MB\)? beside [\d.]+ MB\. Lower batch/,
      );
    case 'hang':
      return expect(error, label).toBeInstanceOf(GpuGoneError);
    case 'invalid':
      if (error instanceof KernelError || error instanceof GpuGoneError) return;
      return expect(told, label).toMatch(/^The GPU refused /);
    case 'throw':
    case 'reject':
      return expect(told, label).toMatch(/\(injected\)/);
    case 'lose':
      return expect(error, label).toBeInstanceOf(Error);
  }
}

describe('a GPU call that fails', () => {
  it('ends in an error with a cause and leaves no buffer, whichever call it is and however it fails', async () => {
    const whole = await live('throw', -1);
    expect(whole.error).toBeNull();
    expect([whole.counted, whole.sabotage.bytes]).toEqual([0, 0]);
    const { calls } = whole.sabotage;
    const turn = (at: number): number => calls.slice(0, at).filter((name) => name === calls[at]).length;
    const chosen = calls.flatMap((_, at) => (turn(at) % every === 0 ? [at] : []));
    const cases = gpuFaults.flatMap((fault) =>
      chosen.filter((at) => canFail(calls[at]!, fault)).map((at) => ({ fault, at })),
    );
    for (let from = 0; from < cases.length; from += together) {
      const lives = cases.slice(from, from + together).map(async ({ fault, at }) => {
        const { error, sabotage: after, counted } = await live(fault, at);
        const label = `${fault} at call ${at}, ${calls[at]}: ${String(error)}`;
        expectTyped(error, fault, calls[at]!, label);
        expect([counted, after.bytes], label).toEqual([0, 0]);
      });
      await Promise.all(lives);
    }
    console.log(`${cases.length} faults at ${chosen.length} of ${calls.length} calls of the GPU`);
    expect(cases.length).toBeGreaterThan(2 * chosen.length);
  });
});
