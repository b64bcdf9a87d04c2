/** Blends as shares, and which sources one of them raises above another. */
import type { Blend } from '../config/run.ts';

/** Weights as shares of 1; all zero when the weights are. */
export function sharesOf(blend: Blend): Blend {
  const sum = Object.values(blend).reduce((total, weight) => total + weight, 0);
  return Object.fromEntries(Object.entries(blend).map(([name, weight]) => [name, sum > 0 ? weight / sum : 0]));
}

/** Shares that differ by less are equal: 0.1 + 0.2 against 0.3. */
const EQUAL = 1e-9;

/** Sources with a larger share after than before; none where the two blends are equal. */
export function raisedSources(before: Blend, after: Blend): string[] {
  const old = sharesOf(before);
  return Object.entries(sharesOf(after))
    .filter(([name, share]) => share > (old[name] ?? 0) + EQUAL)
    .map(([name]) => name);
}
