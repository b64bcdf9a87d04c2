/**
 * Without a GPU a run takes some ten to a hundred times as long: a visitor who has chosen nothing gets a preset that ends while they
 * look on, and the reason.
 */
import { computed, effect, signal } from '@preact/signals';
import { DEFAULT_PRESET } from '../../config/presets.ts';
import { trainingFlopsPerToken } from '../../model/estimate.ts';
import { hasGpu, machine } from '../trainer.ts';
import { hasAskedForShipped } from '../recipe/base.ts';
import { choosePreset, config, isEdited, nextPlan, preset } from '../recipe/config.ts';
import { cameByLink } from '../page/route.ts';
import { runConfig, isRecorded } from './run.ts';

/**
 * FLOPs a second of training. On SwiftShader with two cores: 1,600 tokens a CPU-second at 2.6 MFLOP each. On the processor, which a page
 * uses one core of: a step of `small` takes 0.10 to 0.13 CPU-seconds for 4.0 GFLOP; evaluations and samples come on top.
 */
const SPEED = { software: 8e9, processor: 3e10 };
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
    const { firstStep, endStep, tokensPerStep } = nextPlan.peek();
    const flops = (endStep - firstStep) * tokensPerStep * trainingFlopsPerToken(model, batch.length).total;
    const seconds = flops / SPEED[machine.value.adapter.processor ? 'processor' : 'software'];
    fitting.value = seconds > PATIENCE ? { kind: 'changed', from: DEFAULT_PRESET, seconds } : { kind: 'kept', seconds };
    if (seconds > PATIENCE) choosePreset(QUICKEST);
  });
}

export function useQuickest(): void {
  fitting.value = null;
  choosePreset(QUICKEST);
}
