/**
 * What is said of a model's folder that cannot be read. No full stop at the end: ImportError puts its code there. Names of tensors and
 * files come in quotation marks, values as JSON writes them.
 */

const shapeOf = (shape: readonly number[]) => `[${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', …' : ''}]`;

export const safetensorsWords = {
  truncated: (bytes: number) => `A safetensors file starts with 8 bytes of header length; this one has ${bytes}`,
  headerLength: (most: number, bytes: number, claimed: number) =>
    `A safetensors header must have 2 to ${most} bytes in a file of ${bytes}; this one claims ${claimed}`,
  headerUtf8: 'The safetensors header is not valid UTF-8',
  overlap: (tensor: string) => `Tensor ${tensor} shares bytes with the one before it`,
  unknownDtype: (tensor: string, dtype: string) => `Tensor ${tensor} has the unknown dtype ${dtype}`,
  offsets: (tensor: string, start: number, end: number, bytes: number) =>
    `Tensor ${tensor} is at bytes ${start} to ${end} of ${bytes} bytes of data`,
  largeShape: (tensor: string) => `Tensor ${tensor} has a shape of 2^53 bytes or more`,
  size: (tensor: string, dtype: string, shape: readonly number[], expected: number, found: number) =>
    `Tensor ${tensor} of dtype ${dtype} and shape ${shapeOf(shape)} takes ${expected} bytes, but has ${found}`,
  hole: (from: number, to: number) => `Bytes ${from} to ${to} of the data belong to no tensor`,
  notReal: (tensor: string, dtype: string) =>
    `Tensor ${tensor} has dtype ${dtype}, but weights must be F32, F16, BF16 or F64`,

  // What the header's reader was at.
  header: 'the header',
  tensor: (name: string) => `tensor ${name}`,
  metadataText: (key: string) => `the text of __metadata__ ${key}`,
  dtypeOf: (what: string) => `the dtype of ${what}`,
  shapeOf: (what: string) => `the shape of ${what}`,
  offsetsOf: (what: string) => `the data_offsets of ${what}`,
  keyOf: (what: string) => `a key of ${what}`,

  unknownKey: (what: string, key: string) => `The entry of ${what} has the unknown key ${key}`,
  incomplete: (what: string) => `The entry of ${what} must have dtype, shape and data_offsets`,
  offsetCount: (what: string, found: number) => `The data_offsets of ${what} must be two integers, got ${found}`,
  twice: (name: string, what: string) => `The name ${name} occurs twice in ${what}`,
  manyIntegers: (most: number, what: string) => `There are more than ${most} integers in ${what}`,
  largeInteger: (what: string) => `${what} has an integer of 2^53 or more`,
  syntax: (expected: string, at: number, found: string | null) =>
    `The safetensors header should have ${expected} at character ${at}, not ${found ?? 'the end'}`,
  opening: (bracket: string, what: string) => `${bracket} to open ${what}`,
  colon: (key: string) => `: after ${key}`,
  commaOr: (bracket: string, what: string) => `, or ${bracket} in ${what}`,
  closingQuote: (what: string) => `the closing quote of ${what}`,
  nothingMore: 'nothing more',
  integer: (what: string) => `a plain integer of 0 or more in ${what}`,
  validString: (what: string) => `a valid JSON string as ${what}`,
};

/** What is wrong in config.json, after "In config.json, ". */
export const modelConfigWords = {
  problem: (reason: string) => `In config.json, ${reason}`,
  modelType: (kinds: readonly string[], found: string) => `model_type must be one of ${kinds.join(', ')}, got ${found}`,
  fixed: (key: string, only: string, found: string) => `${key} must be ${only}, the only one supported, got ${found}`,
  tied: (found: string) => `tie_word_embeddings must be true or false, got ${found}`,
  layerTypes: (found: string) => `layer_types must all be "full_attention", got ${found}`,
  sharedHeads: (shared: number, heads: number) =>
    `num_key_value_heads ${shared} must divide num_attention_heads ${heads}`,
  turned: (share: number, columns: number, turned: number) =>
    `partial_rotary_factor ${share} of head_dim ${columns} must turn an even number of columns, got ${turned}`,
  ropeParameters: (found: string) => `rope_parameters must be an object, got ${found}`,
  ropeType: (found: string) => `rope_type must be "default", the only one supported, got ${found}`,
  within: (key: string, section: string) => `${key} in ${section}`,
  differ: (first: string, value: number, other: string, otherValue: number) =>
    `${first} is ${value} and ${other} is ${otherValue}, but they must be the same`,
  rotaryShare: (found: number) => `partial_rotary_factor must be at most 1, got ${found}`,
  size: (key: string, most: number, found: string) => `${key} must be a whole number from 1 to ${most}, got ${found}`,
  number: (key: string, found: string) => `${key} must be a finite number above 0, got ${found}`,
};

export const folderWords = {
  large: (name: string, bytes: number, most: number) =>
    `The file ${name} has ${bytes} bytes; a file of its kind has at most ${most}`,
  noFile: (name: string) => `The model folder has no ${name}`,
  notJson: (name: string) => `The file ${name} is not valid JSON in UTF-8`,
  notObject: (name: string) => `The file ${name} must hold a JSON object`,
  noWeightMap: 'The file model.safetensors.index.json has no weight_map',
  stray: (shard: string, tensor: string, place: string | null) =>
    `The shard ${shard} holds ${tensor}, but the index ${place === null ? 'does not name it' : `says it is in ${place}`}`,
  absent: (tensor: string, shard: string) => `The index says that ${tensor} is in ${shard}, which does not hold it`,
  cannotRun: (problem: string) => `The model cannot be run here: ${problem}`,
  otherRecord: (key: string, ours: string, theirs: string) =>
    `The model folder has ${key} ${ours} in rekindle.json and ${theirs} in config.json: give the folder as a run has written it`,
  // Sentences of their own, beside a model that can be read.
  unknownKeys: (keys: readonly string[]) =>
    `config.json says ${keys.join(', ')}, which Rekindle does not know and ignores.`,
  tied: 'This model uses its embedding as the output layer: here they become two layers, which start out the same.',
};

export const weightWords = {
  nonFinite: (tensor: string, value: number, element: number) =>
    `Tensor ${tensor} holds ${value} at element ${element}; use a checkpoint from before the run diverged`,
  unexpected: (tensor: string, shape: readonly number[], kind: string, layers: number) =>
    `Tensor ${tensor} ${shapeOf(shape)} has no place in a ${kind} model of ${layers} layers; the weights and config.json seem to be of different models`,
  missing: (tensor: string, shape: readonly number[], found: number, cause: string) =>
    `The weights lack ${tensor} ${shapeOf(shape)} among ${found} tensors; ${cause}`,
  maybeTied: 'its output layer may be tied to the embedding: config.json should say so with tie_word_embeddings',
  manyLayers: (layer: string) =>
    `config.json may claim more layers than the weights have, which lack one at layer ${layer}`,
  otherArchitecture: 'they may be of another architecture',
  shape: (tensor: string, found: readonly number[], expected: readonly number[], cause: string) =>
    `Tensor ${tensor} has shape ${shapeOf(found)}, and config.json asks for ${shapeOf(expected)}; ${cause}`,
  transposed: 'it looks transposed: HuggingFace stores [out, in]',
  otherVocabulary: (rows: number) => `vocab_size should probably be ${rows}`,
  otherHeads: 'num_key_value_heads or head_dim is probably wrong',
  otherModel: 'the weights and config.json seem to be of different models',
};
