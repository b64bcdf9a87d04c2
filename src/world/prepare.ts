/** Everything a run takes from its world: tokenizer, batches, held-out text and benchmarks. */
import type { RunConfig } from '../config/run.ts';
import type { Loader } from '../data/loader.ts';
import type { Suite } from '../evaluate/suite.ts';
import { UserError } from '../util/errors.ts';
import { benchmarks } from './benchmarks.ts';
import { WorldCorpus } from './corpus.ts';
import { World } from './world.ts';
import { worldLoader } from './worldRows.ts';
import { recipeWords } from '../words/recipe.ts';

export interface PreparedWorld {
  corpus: WorldCorpus;
  loader: Loader;
  suites: Suite[];
}

/** The world of a configuration; its seed is the run's. Errors where the vocabulary is larger than the embedding. */
export function prepareWorld({ data, batch, model, seed }: RunConfig): PreparedWorld {
  if (!data.world) throw new UserError(recipeWords.noWorld);
  const world = new World(data.world, seed);
  if (world.tokenizer.size > model.vocab_size) {
    throw new UserError(
      recipeWords.worldWords(world.tokenizer.size, model.vocab_size, Math.ceil(world.tokenizer.size / 4) * 4),
    );
  }
  const corpus = new WorldCorpus(world);
  return { corpus, loader: worldLoader(corpus, batch, seed), suites: benchmarks(world) };
}
