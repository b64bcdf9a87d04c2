/** Folders of pure code and the tests that their mutants are put to: those of the same name, and others of the node tier that tell of them. */
export const testsOf: Record<string, readonly string[]> = {
  optim: ['optim', 'recipe/phases'],
  graph: ['graph'],
  evaluate: ['evaluate'],
  tokenizer: ['tokenizer', 'align/conversations', 'export/huggingface', 'export/foreign'],
  storage: ['storage', 'train/saved/keeper', 'train/saved/room'],
  export: ['export'],
  config: ['config', 'cli/options', 'kits/command'],
  recipe: ['recipe', 'train/saved/bases'],
  data: ['data', 'world/loader', 'world/rawWeb', 'extend/stage', 'cli/documents', 'cli/curate'],
};
