/** The languages of a run's own text, drawn from it while it is gone through for the run. */
import type { RunConfig } from '../../config/run.ts';
import type { Corpus } from '../../data/corpus.ts';
import { Passages } from '../../data/languages.ts';
import { differingLanguages } from '../../recipe/languages.ts';
import { languageWords } from '../../words/languages.ts';

export class OwnLanguages {
  /** Of the last way through each source. */
  readonly #passages = new Map<string, Passages>();

  watch = (corpus: Corpus): Corpus => ({
    ...corpus,
    documents: {
      each: (visit) => {
        const passages = new Passages();
        this.#passages.set(corpus.name, passages);
        return corpus.documents.each((document) => {
          passages.add(document);
          visit(document);
        });
      },
    },
  });

  /** Known once the text was prepared. */
  sentences(config: RunConfig): string[] {
    const found = [...this.#passages].map(([source, passages]) => [source, passages.languages()] as const);
    const differing = differingLanguages(config, new Map(found.map(([source, { shares }]) => [source, shares])));
    return [
      ...found.map(([source, languages]) => languageWords.languages(languages, source)),
      ...(differing === null || found.length === 0 ? [] : [differing]),
    ];
  }
}
