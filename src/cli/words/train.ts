/** What training a run says, from its beginning, from a base or resumed; and what `finetune` says. */

export const trainWords = {
  about: 'Trains a run into a folder.',
  saveEvery: 'seconds between saves; 20 to 120 by default, chosen so that saving costs little',
  resume: 'continues the interrupted run in this folder; takes no other options but --save-every and --device',
  out: 'the folder to make and fill: config.json, metrics.jsonl, evaluations.json, inspections.jsonl, summary.json, model/',
  begins: (preset: string, seed: number) => `A run of preset ${preset}, seed ${seed}, is being prepared.`,
  notSaved: (reason: string) => `note: This run is not saved and cannot be resumed. ${reason}`,
  resumeAlone: (flag: string) => `--resume continues the run with its own settings: leave out --${flag}.`,
  nothingSaved: (folder: string) =>
    `The run in ${folder} was interrupted before its first save: remove the folder and start again.`,
  continues: (step: number) => `continues at step ${step}`,
  howToContinue: (folder: string) => `continue it with npm run recipe -- --resume ${folder}`,
  savedRun: (preset: string, seed: number, step: number, end: number) =>
    `A run of preset ${preset}, seed ${seed}, saved at step ${step} of ${end}`,
  unfinished: (run: string, how: string) => `${run}, is not finished: ${how}, or remove this folder.`,
  diverged: (run: string, message: string) => `${run}, diverged. ${message}`,
  stopped: 'stopped: the run is not kept',
  stoppedAt: (how: string) => `stopped: ${how}`,
  keptAt: (folder: string, step: number) => `note: ${folder} has the run as it was at step ${step}.`,
  progress: (step: number, end: number, phase: string, loss: number, rate: number, tokensPerSecond: number) =>
    `step ${step}/${end} ${phase} loss ${loss.toFixed(4)} lr ${rate.toExponential(2)} ${tokensPerSecond.toFixed(0)} tokens/s`,
  heldOut: (step: number, loss: Readonly<Record<string, number>>) =>
    `held-out loss at step ${step}: ${Object.entries(loss)
      .map(([name, value]) => `${name} ${value.toFixed(4)}`)
      .join(', ')}`,
  firstStep: (message: string) => `first step: ${message}`,
};

export const finetuneWords = {
  about: 'Trains a model further on your own text.',
  model: 'a HuggingFace folder of a Nemotron, Llama or Qwen2 model, made by any tool',
  lora: 'trains only adapters, of this rank and strength (LoRA)',
  targets: 'the matrices with an adapter: qkv, o, up (with its gate), down; by default qkv,o',
  targetNames: (names: readonly string[]) => `${names.join(', ')}, or several of them, separated by commas`,
  targetsAlone: '--targets names what --lora adapts: give --lora R,ALPHA too.',
  adapter: 'a rank, a multiple of 4 from 4 to 256, and a strength above 0, for example 8,16',
  out: 'the folder to make and fill, as a run’s: model/, and with --lora adapter/ too',
};
