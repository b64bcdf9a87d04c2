/** A launch kit: files for a training stack, made from a run's configuration alone. */
import type { RunConfig } from '../config/run.ts';
import { hfTrainer } from './hfTrainer.ts';
import { megatronBridge } from './megatronBridge.ts';
import { megatronLm } from './megatronLm.ts';
import { type KitFile, type KitPlan, kitPlan, neutralFiles, type Stack, STACKS, withoutRamp } from './plan.ts';
import { readme } from './readme.ts';
import { torchtitan } from './torchtitan.ts';

const makers: Record<Stack, (plan: KitPlan) => KitFile[]> = {
  'megatron-lm': megatronLm,
  'hf-trainer': (plan) => hfTrainer(withoutRamp(plan)),
  'megatron-bridge': (plan) => megatronBridge(withoutRamp(plan)),
  torchtitan: (plan) => torchtitan(withoutRamp(plan)),
};

/** recipe.json, blends, lr.csv, README.md and a folder a stack. */
export function kitFiles(config: RunConfig, stacks: readonly Stack[] = STACKS): KitFile[] {
  const plan = kitPlan(config);
  return [
    ...neutralFiles(plan),
    { name: 'README.md', text: readme(plan, stacks) },
    ...stacks.flatMap((stack) => makers[stack](plan).map(({ name, text }) => ({ name: `${stack}/${name}`, text }))),
  ];
}
