/** Everything a run takes from its world: tokenizer, batches, held-out text and benchmarks. */
import type { RunConfig } from '../config/run.ts';
import type { Loader } from '../data/loader.ts';
import type { Suite } from '../evaluate/suite.ts';
import { UserError } from '../util/errors.ts';
import { benchmarks } from './benchmarks.ts';
import { WorldCorpus } from './corpus.ts';
import { World } from './world.ts';
import { worldLoader } from './worldRows.ts';

export interface PreparedWorld {
  corpus: WorldCorpus;
  loader: Loader;
  suites: Suite[];
}

/** The world of a configuration; its seed is the run's. Errors where the vocabulary is larger than the embedding. */
export function prepareWorld({ data, batch, model, seed }: RunConfig): PreparedWorld {
  if (!data.world) throw new UserError('This run has no synthetic world: choose a preset that has one, such as world.');
  const world = new World(data.world, seed);
  if (world.tokenizer.size > model.vocab_size) {
    throw new UserError(
      `The world has ${world.tokenizer.size} words and the model embeds ${model.vocab_size}: ` +
        `raise model.vocab_size to ${Math.ceil(world.tokenizer.size / 4) * 4} or choose fewer names or values.`,
    );
  }
  const corpus = new WorldCorpus(world);
  return { corpus, loader: worldLoader(corpus, batch, seed), suites: benchmarks(world) };
}
