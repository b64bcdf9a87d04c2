import { UserError } from '../util/errors.ts';
import type { Blend } from '../config/run.ts';

/** A blend as shares of tokens, one entry a source in the order of `names`, summing to 1. */
export function blendShares(blend: Blend, names: readonly string[]): Float64Array {
  const entries = Object.entries(blend);
  for (const [name, weight] of entries) {
    if (!Number.isFinite(weight) || weight < 0) {
      throw new UserError(`The blend gives source "${name}" the weight ${weight}: weights are numbers of 0 or more.`);
    }
    if (!names.includes(name)) {
      const known = names.map((one) => `"${one}"`).join(', ') || 'none';
      throw new UserError(`The blend names a source "${name}" that does not exist; there are: ${known}.`);
    }
  }
  const sum = entries.reduce((total, [, weight]) => total + weight, 0);
  if (!(sum > 0 && Number.isFinite(sum))) {
    const listed = entries.map(([name, weight]) => `${name} = ${weight}`).join(', ') || 'no source';
    throw new UserError(`The blend's weights sum to ${sum} (${listed}): give at least one source a weight above 0.`);
  }
  return Float64Array.from(names, (name) => (Object.hasOwn(blend, name) ? blend[name]! : 0) / sum);
}
