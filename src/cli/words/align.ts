/** What `align` says. */

export const alignWords = {
  about: 'Aligns a model: supervised fine-tuning, a reward model, DPO, RPO.',
  model: 'a HuggingFace folder of a Nemotron model: it is aligned, and it is the reference',
  data: 'lines of JSON. sft: messages; reward: messages, attributes; dpo: prompt, chosen, rejected; rpo: both rewards too',
  epochs: 'passes over the data; by default 3 for sft and reward, 2 for dpo and rpo',
  batch: (usual: number) => `conversations, labelled answers or pairs a step; ${usual} by default`,
  rate: 'learning rate after the warm-up; by default 1e-3 for sft and reward, 4e-4 for dpo and rpo',
  beta: 'β, the factor of the policy’s gap; 0.3 by default',
  eta: 'η, the factor of the reward gap (rpo); 1 by default',
  sftWeight: 'λ, the weight of −log π(chosen) (dpo, rpo); 0.05 by default',
  distance: 'the distance that rpo minimizes; backward, the published one, by default',
  tokens: 'tokens to train a base on (base); 1,800,000 by default',
  layers: 'layers of a base (base); 2 by default',
  width: 'width of a base (base), a multiple of 32; 64 by default',
  seed: 'seed of the data’s order, and of a base’s world; 1 by default',
  out: 'a new folder for metrics.jsonl and model/',
  noStage: (given: string, stages: readonly string[]) =>
    `There is no stage ${given}: give one of ${stages.join(', ')}.`,
  noBase: '--model is missing: a chain begins with a base.',
  notOfWorld: (model: string) =>
    `The model ${model} is not a base of the alignment world: give one that \`align base\` has written.`,
  chainStage: (stage: string) => `stage ${stage}`,
  chainDone: (out: string) => `written: ${out}`,
  begins: (stage: string) => `Stage ${stage} of an alignment.`,
  continues: (step: number) => `continues at step ${step}`,
  progress: (step: number, loss: number) => `step ${step}: loss ${loss.toFixed(4)}`,
  done: (steps: number, loss: number | undefined, model: string) =>
    `${steps} steps${loss === undefined ? '' : `, last loss ${loss.toFixed(4)}`}: ${model}`,
  badWidth: (width: number) => `--width is ${width}: give a multiple of 32.`,
  needed: (flag: string, stage: string) => `--${flag} is missing: stage ${stage} aligns a model on data.`,
  longer: (context: number, length: number) =>
    `note: The longest conversation in the data is longer than the ${context} tokens that the model was trained with at once: its context is now ${length} tokens.`,
  otherWork: (folder: string) =>
    `The folder ${folder} has unfinished work of another command, model or data: give that command again, or choose another --out.`,
  saved: (step: number) =>
    `A stage of an alignment, saved before step ${step}: give the same command again to continue.`,
};
