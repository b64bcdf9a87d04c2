/** Which files of a HuggingFace folder make the model: what the page picks out of a folder or a zip, and a terminal out of a path. */

/** In one file, or in numbered shards that an index names. */
const WEIGHTS = 'model.safetensors';
export const SHARD_INDEX = `${WEIGHTS}.index.json`;
const SHARD = /^model-\d+-of-\d+\.safetensors$/;

const NEEDED = ['config.json', 'tokenizer.json'];

/** Whether a file of this name is read; the others of a folder are left alone. */
export function isModelFile(name: string): boolean {
  return [...NEEDED, 'rekindle.json', WEIGHTS, SHARD_INDEX].includes(name) || SHARD.test(name);
}

/** Of a folder's files those that are read: with an index its shards, without one the one file. */
export function modelFilesOf(names: readonly string[]): string[] {
  const sharded = names.includes(SHARD_INDEX);
  return names.filter((name) => isModelFile(name) && !(sharded ? name === WEIGHTS : SHARD.test(name)));
}

/** What a folder with files of these names lacks. `record`: the project's own record is needed too, as of a base. */
export function missingModelFiles(names: readonly string[], record: boolean): string[] {
  const weights = names.includes(SHARD_INDEX) ? SHARD_INDEX : WEIGHTS;
  return [...NEEDED, weights, ...(record ? ['rekindle.json'] : [])].filter((name) => !names.includes(name));
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/**
 * Of an archive's paths those of its model: the files that are read in the one folder that has weights, the outermost of several. A run is
 * saved with its settings, also a config.json, around its model. Without weights anywhere, what may belong to a model.
 */
export function modelPaths(paths: readonly string[]): string[] {
  const files = paths.filter((path) => isModelFile(nameOf(path)));
  const folders = files.filter((path) => /\.safetensors(\.index\.json)?$/.test(path)).map(folderOf);
  const [outermost] = folders.toSorted((a, b) => a.split('/').length - b.split('/').length);
  return outermost === undefined ? files : files.filter((path) => folderOf(path) === outermost);
}

/** Bytes of a model folder that are read: what half a billion parameters of 4 bytes have, which a browser still gives in one array. */
export const LARGEST_FOLDER = 2 ** 31;
