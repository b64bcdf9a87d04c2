/** What `bases` says, and what it writes on a base's card. */

export const basesWords = {
  about: 'Trains base checkpoints as the page ships them.',
  seeds: 'how many, or which; 1 by default',
  from: 'ships the model of this finished base run instead of training one',
  out: 'the folder of bases, updated after every seed',
  begins: (seed: number, steps: number) => `base of seed ${seed}: ${steps} steps`,
  done: (seed: number, average: number) => `seed ${seed}: average ${(100 * average).toFixed(1)}`,
  shipped: (preset: string, seed: number, steps: number) => `shipped: ${preset}, seed ${seed}, ${steps} steps`,
  shippedAlignment: (seed: number) => `shipped: the base of the alignment world, seed ${seed}`,
  notABase: (run: string) => `The run in ${run} has more than a base run: train one with --set continued=off.`,
  unreadable: (folder: string) => `The model folder ${folder} cannot be read`,
  card: {
    firstRate: 'rate of the first step after warm-up',
    lastRate: 'rate of the last step',
    blend: 'blend, % of tokens',
    average: 'benchmark average',
    heldOut: 'held-out loss, nats a token',
    trainedOn: 'trained on',
    sha256: 'sha256 of model.safetensors',
  },
};
