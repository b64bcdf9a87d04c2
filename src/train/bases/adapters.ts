/** What a base lacks of a model with adapters: theirs, as they begin. */
import type { RunConfig } from '../../config/run.ts';
import { splitParts, type Weights } from '../../export/parts.ts';
import { layoutPool } from '../../graph/pool.ts';
import { initialWeights } from '../../model/init.ts';
import { parameterList } from '../../model/parameters.ts';

export function initialAdapters({ model, seed }: RunConfig): Weights {
  const added = parameterList(model).filter(({ frozen }) => !frozen);
  const layout = layoutPool(added);
  const storage = added.map((parameter) => ({ ...parameter, ...layout.slices.get(parameter.name)! }));
  return splitParts(storage, initialWeights(model, layout, seed, added));
}
