/** What a model does before it is trained: its held-out losses on the run's text, and what it goes on with. The page's and the terminal's. */
import { tokenIndex } from '../../data/tokenIndex.ts';
import type { RunConfig } from '../../config/run.ts';
import type { ModelTrial } from '../../protocol.ts';
import type { Backend } from '../backends/backend.ts';
import type { Base } from '../bases/base.ts';
import { Engine } from '../engine/engine.ts';
import { Evaluator } from '../engine/evaluator.ts';
import type { TrainingData } from '../run/data.ts';

/** A sentence or two. */
const TOKENS = 48;
/** As run/run.ts asks its questions: the likeliest alone is one word over and over in a small model. */
const TEMPERATURE = 0.5;

export async function tryModel(
  backend: Backend,
  config: RunConfig,
  data: TrainingData,
  { weights }: Base,
): Promise<ModelTrial> {
  const engine = await Engine.create(backend, config, tokenIndex);
  const evaluator = new Evaluator(config, data, engine);
  try {
    engine.load(weights);
    const { loss } = await evaluator.heldOut();
    const prompts = data.questions.map(({ prompt }) => prompt);
    const texts = prompts.length === 0 ? [] : await evaluator.samples(prompts, TOKENS, TEMPERATURE, config.seed);
    return { heldOut: loss, samples: texts.map((text, i) => ({ prompt: prompts[i]!, text })) };
  } finally {
    evaluator.destroy();
    engine.destroy();
  }
}
