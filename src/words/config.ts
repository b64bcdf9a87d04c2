/** What is said of settings that cannot be used: in a file, on a command line, in a link, beside a field of the page. */

const NAMES = 'use letters, digits, - and _, 40 at most.';

export const configWords = {
  switchesNothing:
    'The general and the QA blend are equal, so nothing changes at the switch: give them different shares to see what a switch does.',
  presetName: (shown: string) => `The preset is ${shown}: give the name of one.`,
  /** `quoted`: the name in quotation marks. */
  sourceName: (quoted: string) => `${quoted} cannot name a source: ${NAMES}`,
  blendSourceName: (blend: string, quoted: string) => `${blend} names a source ${quoted}: ${NAMES}`,
  noSuchFile: (quoted: string, given: readonly string[]) =>
    `${quoted} is not one of the given files: ${given.length > 0 ? given.join(', ') : 'no file is given'}.`,
  worldAndText: 'A synthetic world has its own words and cannot be mixed with text: choose a preset of real text.',
  noPair: (quoted: string) => `${quoted} sets nothing: write key=value, for example base.steps=500.`,
  closed: (key: string, section: string) =>
    `${key} has no effect, because this run has no ${section} part: ${
      section === 'continued' ? 'add continued=on.' : 'choose the preset ci, world or lab.'
    }`,
  worldBlends: 'A synthetic world needs its own blends: choose the preset ci, world or lab.',
  weight: (key: string, found: string) => `${key} is ${found || 'empty'}: a weight is a number of 0 or more.`,
  blend: (key: string, shown: string) => `${key} is ${shown}: a blend is an object of source names and weights.`,
  manySources: (key: string, sources: number, most: number) =>
    `${key} names ${sources} sources: at most ${most} are allowed.`,
  noOption: (key: string, near: string | null) =>
    `There is no option ${key}: ${near ? `did you mean ${near}?` : 'use the keys of config.json.'}`,
  object: (key: string, shown: string) => `${key || 'The configuration'} is ${shown}: it must be an object.`,
  noSource: (blend: string, name: string, near: string | null, known: readonly string[]) =>
    `${blend} names a source ${name} that does not exist: ${
      near ? `did you mean ${near}?` : `there are ${known.join(', ')}.`
    } A file of your own may have that name.`,
  weightSum: (blend: string, sum: number) =>
    `The weights of ${blend} sum to ${sum}: give at least one source a weight above 0.`,
  vocabulary: (rows: number, needed: number) =>
    `model.vocab_size is ${rows} and the tokenizer needs ${needed} rows: raise it or choose a smaller tokenizer.`,
  heads: (heads: number, shared: number) =>
    `model.num_attention_heads is ${heads} and model.num_key_value_heads ${shared}: the first must be a multiple of the second, because key/value heads are shared by equal groups.`,
  rotary: (share: number, turned: number, columns: number) =>
    `model.partial_rotary_factor ${share} turns ${turned} of a head's ${columns} columns: columns turn in pairs, so choose a share that gives an even number from 2 to ${columns}.`,
  context: (positions: number, row: number) =>
    `model.max_position_embeddings is ${positions} and batch.length ${row}: the model must take a whole row.`,
  wordTokenizer: 'The word tokenizer knows only the words of a synthetic world: choose byte or bpe:N for text.',
  worldTokenizer: (kind: string) =>
    `A synthetic world has its own words and the tokenizer is ${kind}: choose the tokenizer word.`,
  people: (people: number, names: number) =>
    `data.world.people is ${people} and data.world.names ${names}: first and last names give at most ${names ** 2} people.`,
  noSwitch: (divisor: number, end: number) =>
    `The continued rate never falls to its peak / ${divisor} (it ends at ${end}): lower continued.schedule.end, set continued.switchShare, or set continued.switchDivisor to 0 for no switch.`,
  warmUp: (part: string, warmUp: number, steps: number) =>
    `${part}.schedule.warmupSteps is ${warmUp} of ${steps} steps: the warm-up must end before the run does.`,
  rampBatch: (sequences: number, microBatch: number, whole: number) =>
    `base.batchRamp has a stage of ${sequences} sequences: it must be a multiple of batch.sequences (${microBatch}) below the whole batch of ${whole}, which batch.accumulation makes larger.`,
  rise: (part: string, end: number, peak: number) =>
    `${part}.schedule.end is ${end} and ${part}.schedule.peak ${peak}: the last rate must not be above the peak.`,
  /** What an option accepts. */
  mismatch: (key: string, found: string, wanted: string) => `${key} is ${found || 'empty'}: it must be ${wanted}.`,
  wholeNumber: (min: number, max: number) => `a whole number from ${min} to ${max}`,
  multiple: (step: number, min: number, max: number) =>
    `a multiple of ${step} from ${min} to ${max} (kernels read ${step} columns at a time)`,
  number: (min: number, max: number, nullable: boolean) =>
    `a number from ${min} to ${max}${nullable ? ', or none' : ''}`,
  trueOrFalse: 'true or false',
  oneOf: (choices: readonly string[]) => `one of ${choices.join(', ')}`,
  tokenizer: (min: number, max: number) => `byte, word, or bpe:N with N from ${min} to ${max}`,
  ramp: 'none, or stages such as 8:0.025,16:0.025: sequences a step, which grow, and their share of the tokens, below 1 together',
  onOrOff: 'on or off',
};

export const linkWords = {
  long: (characters: number, most: number) =>
    `The link's settings have ${characters} characters, over ${most}: none was used.`,
  manySettings: (settings: number, most: number) =>
    `The link has ${settings} settings, and a run has at most ${most}: none was used.`,
  noPair: (quoted: string) => `${quoted} in the link is not key=value.`,
  twice: (key: string, first: string) => `The link sets ${key} twice; the first value, ${first}, was used.`,
  version: (found: string, known: string) =>
    `The link has version ${found} and this page reads version ${known}: none of it was used.`,
  conflict: (preset: string) => `The link's settings do not fit together: the preset ${preset} is used as it is.`,
  more: (rest: number) =>
    rest === 1 ? '1 more thing in the link was not used.' : `${rest} more things in the link were not used.`,
};
