/**
 * Without a GPU a run takes some ten to a hundred times as long: a visitor who has chosen nothing gets a preset that ends while they
 * look on, and the reason.
 */
import { computed, effect, signal } from '@preact/signals';
import { DEFAULT_PRESET } from '../../config/presets.ts';
import { trainingFlopsPerToken } from '../../model/estimate.ts';
import type { AdapterReport } from '../../protocol.ts';
import { hasGpu, machine } from '../trainer.ts';
import { hasAskedForShipped } from '../recipe/base.ts';
import { choosePreset, config, isEdited, nextPlan, preset } from '../recipe/config.ts';
import { cameByLink } from '../page/route.ts';
import { runConfig, isRecorded } from './run.ts';

/**
 * FLOPs a second of training on SwiftShader with two cores: 1,600 tokens a CPU-second at 2.6 MFLOP each. In WebAssembly one thread takes
 * 0.10 to 0.13 s for the 4.0 GFLOP of a step of `small`, and evaluations and samples come on top; what further threads add is not known
 * before a run, for cores may be shared: half as much each is a guess on the safe side.
 */
const SOFTWARE_SPEED = 8e9;
const THREAD_SPEED = 3e10;
const speedOf = ({ processor }: AdapterReport): number =>
  processor ? (THREAD_SPEED * (processor.threads + 1)) / 2 : SOFTWARE_SPEED;
/** Seconds a first run may take: a coffee. */
const PATIENCE = 300;
export const QUICKEST = 'smoke';

export type Fitting = { kind: 'kept'; seconds: number } | { kind: 'changed'; from: string; seconds: number };
/** What was decided for this visitor; null: nothing. */
export const fitting = signal<Fitting | null>(null);

/** The preset that was decided on is still the one chosen. */
export const fittedHere = computed(
  () => fitting.value !== null && preset.value === (fitting.value.kind === 'changed' ? QUICKEST : DEFAULT_PRESET),
);

/** Decides once, when machine and shipped base are known. Returns what ends the waiting. */
export function fitPreset(): () => void {
  let isDecided = false;
  return effect(() => {
    if (isDecided || machine.value.kind === 'asking' || !hasAskedForShipped.value) return;
    isDecided = true;
    const isFree = !isEdited.peek() && preset.peek() === DEFAULT_PRESET && !cameByLink;
    const hasRun = runConfig.peek() !== null && !isRecorded.peek();
    if (machine.value.kind !== 'ready' || hasGpu.value || !isFree || hasRun) return;
    const { model, batch } = config.peek();
    const { firstStep, endStep, tokensBefore } = nextPlan.peek();
    const flops = (tokensBefore(endStep) - tokensBefore(firstStep)) * trainingFlopsPerToken(model, batch.length).total;
    const seconds = flops / speedOf(machine.value.adapter);
    fitting.value = seconds > PATIENCE ? { kind: 'changed', from: DEFAULT_PRESET, seconds } : { kind: 'kept', seconds };
    if (seconds > PATIENCE) choosePreset(QUICKEST);
  });
}

export function useQuickest(): void {
  fitting.value = null;
  choosePreset(QUICKEST);
}
