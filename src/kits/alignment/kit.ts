/** A launch kit of an alignment: the stages of a model, for stacks that train larger ones. */
import type { KitFile } from '../plan.ts';
import { json } from '../plan.ts';
import { nemoRl } from './nemoRl.ts';
import { ALIGNMENT_STACKS, type AlignmentStack, alignmentPlan, namesOf, type PlannedStage } from './plan.ts';
import { trl } from './trl.ts';

type Names = Parameters<typeof trl>[1];
const makers: Record<AlignmentStack, (stages: readonly PlannedStage[], attributes: Names) => KitFile[]> = {
  trl,
  'nemo-rl': nemoRl,
};

/** `record`: rekindle.json of the model's folder; `attributes`: names of so many outputs of a reward model. */
export function alignmentKitFiles(
  record: unknown,
  attributes: Names,
  stacks: readonly AlignmentStack[] = ALIGNMENT_STACKS,
): KitFile[] {
  const stages = alignmentPlan(record);
  return [
    { name: 'stages.json', text: json(stages) },
    { name: 'README.md', text: readme(stages, stacks) },
    ...stacks.flatMap((stack) =>
      makers[stack](stages, attributes).map(({ name, text }) => ({ name: `${stack}/${name}`, text })),
    ),
  ];
}

const FOLDERS: Record<AlignmentStack, string> = {
  trl: '`trl/`: TRL 0.24 and later of its 0 series. `run.sh BASE` goes through all stages.',
  'nemo-rl':
    '`nemo-rl/`: overrides of the examples in NeMo-RL’s main branch of 2026. Its schedule here warms up and stays: the fall of SFT’s rate is left out.',
};

function readme(stages: readonly PlannedStage[], stacks: readonly AlignmentStack[]): string {
  const names = namesOf(stages);
  const rows = stages.map(
    ({ batch, epochs, rate, objective }, i) =>
      `| ${names[i]} | ${epochs} | ${batch} | ${rate} | ${objective.beta} | ${objective.eta} | ${objective.sftWeight} |`,
  );
  return `# An alignment, to launch elsewhere

Made by Rekindle from the stages that a model has been through. Tests parse these files; neither stack was run.

| stage | epochs | batch | rate | β | η | λ |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

β, η and λ count in dpo and rpo alone. Rates are those of a small model: a larger one wants far smaller ones (the paper: 3e-7).

## Folders

${stacks.map((stack) => `- ${FOLDERS[stack]}`).join('\n')}

Data: \`data/NAME.jsonl\` of each stage, as \`synthesize\` writes it. The model's folder has the chat template
(\`chat_template.jinja\`); its marks must be tokens of your base's tokenizer too.

## What has another name, or none

- **RPO.** Neither stack has the reward-aware loss D[βΔ ‖ η·Δr]. TRL's \`rpo_alpha\` is of another paper that shares the letters: DPO with an
  SFT term. What stands in for it here: in TRL conservative DPO, whose one label smoothing is the mean of 1 − σ(η·Δr) over the pairs, so
  that the gap stops, but at the same place for all pairs; in NeMo-RL plain DPO.
- **The SFT term.** TRL takes a mean over tokens, Rekindle a sum over the answer: the kit multiplies λ by the mean length.
- **The reward model.** RewardTrainer and NeMo-RL learn from pairs. Five attributes with masked labels are \`trl/reward_attributes.py\`,
  on transformers alone; \`stage.py\` has the pairwise one for comparison, on data with prompt, chosen and rejected.
- **The rate.** Rekindle falls linearly to a tenth in SFT; TRL's nearest is a cosine to the same end.
`;
}
