/** The recipe as it stands in the form: a preset's configuration, free to change until it is started. */
import { computed, signal } from '@preact/signals';
import type { Blend, ModelConfig, RunConfig } from '../../config/run.ts';
import { DEFAULT_PRESET, presetConfig } from '../../config/presets.ts';
import { cloneConfig, setPath } from '../../config/path.ts';
import { isActive } from './controls.ts';
import { runConfig, runState } from './run.ts';
import { planOf } from '../chart/plan.ts';

export const config = signal<RunConfig>(presetConfig(DEFAULT_PRESET));

export function choosePreset(name: string): void {
  config.value = presetConfig(name);
}

/** Sets the value at a dotted key. */
export function edit(key: string, value: unknown): void {
  const next = cloneConfig(config.value);
  if (setPath(next, key, value)) config.value = next;
}

/** Turns a part of the recipe off, or on again as the preset has it; a preset without it lends the default one's. */
export function toggleSection(key: string, on: boolean): void {
  if (key !== 'continued') return;
  const from = presetConfig(config.value.preset).continued ?? presetConfig(DEFAULT_PRESET).continued;
  edit(key, on ? from : null);
}

/** A blend of the continued run or of the base run, by the dotted key it has in the configuration. */
export type BlendKey = 'base.blend' | 'continued.general' | 'continued.qa';

export function blendOf(run: RunConfig, key: BlendKey): Blend | null {
  if (key === 'base.blend') return run.base.blend;
  if (!run.continued) return null;
  return key === 'continued.general' ? run.continued.general : run.continued.qa;
}

export const BLEND_KEYS: readonly BlendKey[] = ['base.blend', 'continued.general', 'continued.qa'];

/** Sets weights of one source in every blend; null takes the source out. */
export function editSource(source: string, weight: number | null): void {
  const next = cloneConfig(config.value);
  for (const key of BLEND_KEYS) {
    const blend = blendOf(next, key);
    if (!blend) continue;
    if (weight === null) delete blend[source];
    else blend[source] = weight;
  }
  config.value = next;
}

export const isEdited = computed(
  () => JSON.stringify(config.value) !== JSON.stringify(presetConfig(config.value.preset)),
);

/** Whether the form says something else than the run that is under way. */
export const differsFromRun = computed(
  () => isActive(runState.value) && JSON.stringify(config.value) !== JSON.stringify(runConfig.value),
);

/** The picture shows the run once there is one, and the recipe in the form until then. */
export const shownConfig = computed(() => runConfig.value ?? config.value);
export const shownPlan = computed(() => planOf(shownConfig.value));

/** 2VD + L·((H + 2K)dD + HdD + 2DF + 4D) + 2D: embedding and output layer, attention, MLP, norms with bias (papers.md §5.3). */
export function parameterCount(model: ModelConfig): number {
  const {
    vocab_size: V, hidden_size: D, intermediate_size: F, num_hidden_layers: L,
    num_attention_heads: H, num_key_value_heads: K, head_dim: d,
  } = model;
  return 2 * V * D + L * ((H + 2 * K) * d * D + H * d * D + 2 * D * F + 4 * D) + 2 * D;
}
