/** Which files of a HuggingFace folder make the model: what the page picks out of a folder or a zip, and a terminal out of a path. */

/** In one file, or in numbered shards that an index names. */
const WEIGHTS = 'model.safetensors';
const INDEX = `${WEIGHTS}.index.json`;
const SHARD = /^model-\d+-of-\d+\.safetensors$/;

const NEEDED = ['config.json', 'tokenizer.json'];

/** Whether a file of this name is read; the others of a folder are left alone. */
export function isModelFile(name: string): boolean {
  return [...NEEDED, 'rekindle.json', WEIGHTS, INDEX].includes(name) || SHARD.test(name);
}

/** What a folder with files of these names lacks. `record`: the project's own record is needed too, as of a base. */
export function missingModelFiles(names: readonly string[], record: boolean): string[] {
  const weights = names.includes(INDEX) ? INDEX : WEIGHTS;
  return [...NEEDED, weights, ...(record ? ['rekindle.json'] : [])].filter((name) => !names.includes(name));
}
