import { UserError } from '../util/errors.ts';
import type { Blend } from '../config/run.ts';
import { dataWords } from '../words/data.ts';

/** A blend as shares of tokens, one entry a source in the order of `names`, summing to 1. */
export function blendShares(blend: Blend, names: readonly string[]): Float64Array {
  const entries = Object.entries(blend);
  for (const [name, weight] of entries) {
    if (!Number.isFinite(weight) || weight < 0) {
      throw new UserError(dataWords.weight(name, weight));
    }
    if (!names.includes(name)) {
      const known = names.map((one) => `"${one}"`).join(', ') || 'none';
      throw new UserError(dataWords.noSourceInBlend(name, known));
    }
  }
  const sum = entries.reduce((total, [, weight]) => total + weight, 0);
  if (!(sum > 0 && Number.isFinite(sum))) {
    const listed = entries.map(([name, weight]) => `${name} = ${weight}`).join(', ') || 'no source';
    throw new UserError(dataWords.noWeight(sum, listed));
  }
  return Float64Array.from(names, (name) => (Object.hasOwn(blend, name) ? blend[name]! : 0) / sum);
}
