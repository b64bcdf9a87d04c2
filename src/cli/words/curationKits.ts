/** What the README of a curation's kit says, an engine and stage a line: what differs there from this run. */

export const curationKitWords = {
  about: 'The stages of this run, in its order. The Python was compiled but not run.',
  missing: {
    'nemo-curator': {
      exact: 'MD5 instead of MurmurHash3. You cannot choose which copy stays: neither age nor source decides.',
      fuzzy: 'You cannot choose which copy stays, and no pair is checked exactly (--jaccard).',
      perplexity:
        'Left out: it reads n-gram models and trains none. Use KenLM on the clean sources, and the limit in report.json.',
      heuristics: 'English rules, applied to clean sources and code too: keep those in a separate folder.',
      dsir: 'Left out: no counterpart. Use the dsir package with 10,000 buckets.',
    },
    datatrove: {
      exact: 'Left out: its releases have no stage for equal texts; MinHash finds them too.',
      fuzzy: 'Shingles are words, and text is simplified first. You cannot choose which copy stays.',
      perplexity: 'Left out: CCNetPerplexityFilter reads models of Wikipedia and OSCAR, and trains none.',
      heuristics:
        'Only Gopher’s rules; symbols and ellipses are counted separately. No counterpart: letters, numbers, URLs, white space, parentheses, boilerplate, end marks, long words.',
      dsir: 'Left out: no counterpart. Use the dsir package with 10,000 buckets.',
    },
  },
} as const;
