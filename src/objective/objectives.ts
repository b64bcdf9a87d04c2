/** Which objective a run has, and the weights it trains. */
import type { ObjectiveConfig, RunConfig } from '../config/run.ts';
import { inPoolOrder, type Parameter, parameterList } from '../model/parameters.ts';
import { UserError } from '../util/errors.ts';
import { nextToken } from './nextToken.ts';
import type { Objective } from './objective.ts';
import { trainingWords } from '../words/training.ts';

type Make = (settings: ObjectiveConfig) => Objective;

const makers = new Map<string, Make>([[nextToken.name, () => nextToken]]);

/** From now on runs whose `objective.name` is this one learn it; `make` gets their settings. */
export const registerObjective = (name: string, make: Make): void => void makers.set(name, make);

export function objectiveOf({ objective: settings = { name: nextToken.name } }: RunConfig): Objective {
  const make = makers.get(settings.name);
  if (!make) {
    throw new UserError(trainingWords.noObjective(settings.name, [...makers.keys()].join(', ')), {
      code: 'config',
    });
  }
  return make(settings);
}

/** The weights a run trains, in the order of the pools: the model's, and the objective's own. */
export function trainedParameters(config: RunConfig): Parameter[] {
  const list = parameterList(config.model, config.optimizer.decay_embeddings);
  const own = objectiveOf(config).parameters?.(config.model) ?? [];
  return own.length === 0 ? list : inPoolOrder([...list, ...own]);
}
