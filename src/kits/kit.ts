/** A launch kit: files for a training stack, made from a run's configuration alone. */
import type { RunConfig } from '../config/run.ts';
import { hfTrainer } from './hfTrainer.ts';
import { megatronBridge } from './megatronBridge.ts';
import { megatronLm } from './megatronLm.ts';
import { type KitFile, type KitPlan, kitPlan, neutralFiles, type Stack, STACKS, withoutRamp } from './plan.ts';
import { readme } from './readme.ts';
import { torchtitan } from './torchtitan.ts';
import { widthFiles, type WidthSweep } from './widths.ts';

const makers: Record<Stack, (plan: KitPlan) => KitFile[]> = {
  'megatron-lm': megatronLm,
  'hf-trainer': (plan) => hfTrainer(withoutRamp(plan)),
  'megatron-bridge': (plan) => megatronBridge(withoutRamp(plan)),
  torchtitan: (plan) => torchtitan(withoutRamp(plan)),
};

const inFolder = (folder: string, files: readonly KitFile[]): KitFile[] =>
  files.map(({ name, text }) => ({ name: `${folder}/${name}`, text }));

/** recipe.json, blends, lr.csv, README.md and a folder a stack; mup/ where widths were swept. */
export function kitFiles(config: RunConfig, stacks: readonly Stack[] = STACKS, sweep?: WidthSweep): KitFile[] {
  const plan = kitPlan(config);
  return [
    ...neutralFiles(plan),
    { name: 'README.md', text: readme(plan, stacks, sweep !== undefined) },
    ...stacks.flatMap((stack) => inFolder(stack, makers[stack](plan))),
    ...(sweep ? inFolder('mup', widthFiles(sweep)) : []),
  ];
}
