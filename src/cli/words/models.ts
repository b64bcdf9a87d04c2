/** What `import`, `export` and `fetch` say. */

export const importWords = {
  about: 'Looks at a model made elsewhere, tries it on text and takes it in as a base.',
  out: 'the model folder to make: the same weights in f32, with the record that a run continues from',
  isA: (architecture: string, parameters: number) =>
    `${architecture}, ${parameters.toLocaleString('en-US')} parameters`,
  stored: (dtypes: readonly string[], bytes: number, shards: number) =>
    `stored as ${dtypes.join(', ')}, ${(bytes / 1e6).toFixed(1)} MB in ${shards === 1 ? 'one file' : `${shards} files`}`,
  reads: (context: number, ids: number) => `context ${context} tokens, tokenizer of ${ids} ids`,
  needs: (bytes: number) => `training all of it takes ${(bytes / 1e6).toFixed(0)} MB here`,
  heldOut: (name: string, loss: number) => `held-out loss of ${name}: ${loss.toFixed(4)} nats a token`,
  sample: (prompt: string, text: string) => `${prompt} → ${text}`,
};

export const exportWords = {
  about:
    'Writes the model of a run, finished or interrupted, as a HuggingFace folder; or its adapters, as PEFT reads them; or, of one that was interrupted, the optimizer’s state.',
  run: 'the folder of the run',
  part: 'model, the default, adapter or optimizer',
  out: 'the folder to make',
  noAdapter: (run: string) => `The run in ${run} trained all weights and has no adapters: leave out --part.`,
  noOptimizer: (run: string) =>
    `The run in ${run} has ended, and a run that ends here keeps its model and not the optimizer’s state: export it before the end, or from the page.`,
  noModel: (run: string) => `The folder ${run} has no model and no save of one: give the folder of a run.`,
};

export const fetchWords = {
  about: 'Fetches text of a HuggingFace data set as JSON lines, for --data.',
  dataset: 'OWNER/NAME, or its address on huggingface.co',
  config: 'its configuration; by default the first',
  split: 'its split; by default train, or the first',
  megabytes: 'how much text; 50 by default',
  accept: 'the licence as the data set states it: without it the licence is shown and nothing is fetched',
  hub: 'another Hub and viewer that speak the same API',
  out: 'the file to write',
  exists: (file: string) => `The file ${file} exists already: choose another --out or remove it.`,
  licence: (name: string, licence: string | null, revision: string) =>
    `${name}, revision ${revision.slice(0, 12)}: licence ${licence ?? 'not stated; look at its card'}`,
  agree: (licence: string) => `Nothing was fetched: to use it under that licence add --accept ${licence}.`,
  noSplit: (config: string, split: string, known: string) => `There is no ${config}/${split}: there are ${known}.`,
  progress: (bytes: number, rows: number) => `${(bytes / 1e6).toFixed(1)} MB, ${rows} rows`,
  done: (file: string, rows: number, by: string) => `written: ${file}, ${rows} rows by ${by}`,
};
