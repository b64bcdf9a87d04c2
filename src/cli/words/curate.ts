/** What `curate` says, and writes in its report. */
export const curateWords = {
  about:
    'Takes raw documents through deduplication, filters and selection to a blend, and accounts for every document.',
  data: 'documents as a source; JSON lines have "text" and may have "id" and "date"; without dates, the first source counts as the oldest',
  stages: 'the stages in order; all by default, but those that need clean sources only with --clean',
  someStages: (stages: readonly string[]) => `some of ${stages.join(', ')}, each once, separated by commas`,
  survivor: 'which of several copies stays; the older by default',
  clean: 'sources that perplexity and selection compare with; they lose copies and nothing else',
  code: 'sources of code, judged by the rules for code',
  sources: 'names of --data sources, separated by commas',
  keep: (usual: number) => `the share of each source that selection keeps; ${usual} by default`,
  jaccard:
    'the least similarity of near copies, checked exactly; the paper checks at 0.8, here there is no check by default',
  perplexity:
    'the highest perplexity that stays, 5000 in the paper; by default that of the clean sources’ words in random order, at most 5000',
  seed: 'seed of what is drawn at random; 1 by default',
  out: 'the folder for documents, report and blend',
  stranger: (flag: string, name: string, sources: readonly string[]) =>
    `--${flag} names ${name}, and --data gives ${sources.join(', ')}: name some of these.`,
  noClean: (stage: string, source: string) =>
    `The stage ${stage} compares with clean sources and --clean names none: add --clean ${source}, or leave the stage out of --stages.`,
  begins: 'Documents are being curated here.',
  ended: 'Stopped early: nothing was saved.',
  broken: (folder: string) => `Stopped early: give the same command again to continue in ${folder}.`,
  unfinished: 'A curation that was stopped: give the same command again to continue it.',
  otherwise: (folder: string) =>
    `The folder ${folder} has a curation with other files, stages or options: give the same ones, choose another --out, or remove the folder.`,
  removeFolder: 'remove the folder',
  goesOn: (stage: string | null) => `continues after ${stage ?? 'the first reading'}`,
  reading: (stage: string, reading: number, megabytes: number, all: number) =>
    `${stage}, reading ${reading}: ${megabytes.toFixed(0)} of ${all.toFixed(0)} MB`,
  stage: (name: string, left: number, of: number, reasons: readonly string[], seconds: number) =>
    `${name}: ${left} of ${of} are left${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}, ${seconds.toFixed(1)} s`,
  changed: (file: string, before: number, now: number) =>
    `${file} had ${before} records and now has ${now}: do not change it while it is read.`,
  report: {
    title: '# Curation',
    sums: (came: number, left: number, dropped: number) =>
      `${came} documents came in, ${left} are left, ${dropped} were dropped.`,
    stages: '| stage | in | out | dropped by reason | seconds |',
    none: 'none',
    sources: '| source | in | out | bytes kept | languages of what is left |',
    kept: 'kept',
    dropped: (reason: string) => `dropped, ${reason}`,
  },
};
