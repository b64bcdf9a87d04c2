/** Folders of pure code whose mutants are put to the tests of the same name, and to others of the node tier that tell of them. */

/** @type {Record<string, { tests: string[], without?: string[] }>} `without`: files that only a browser can run. */
export const folders = {
  optim: { tests: ['optim', 'recipe/phases'] },
  graph: { tests: ['graph'] },
  evaluate: { tests: ['evaluate'] },
  tokenizer: { tests: ['tokenizer', 'align/conversations', 'export/foreign'] },
  storage: {
    tests: ['storage', 'train/saved/keeper', 'train/saved/room'],
    // IndexedDB, OPFS and Web Locks.
    without: ['adapters', 'database', 'indexedDb', 'lock', 'open', 'opfs', 'runDatabase'],
  },
  export: { tests: ['export'] },
  config: { tests: ['config'] },
  recipe: { tests: ['recipe', 'train/saved/bases'] },
  data: { tests: ['data', 'world/loader', 'world/rawWeb', 'extend/stage', 'cli/documents', 'cli/curate'] },
};
