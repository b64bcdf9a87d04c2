import { expect, it } from 'vitest';
import { flopsOf, leastBytesOf, tokensOf } from './roofline.ts';
import { configOf } from '../shapes.ts';

it('counts what a step has to compute and to move, by hand for one layer', () => {
  // D = 4, H = K = 2 heads of d = 2, F = 16, V = 8, two rows of three tokens.
  const config = configOf({ name: '', L: 1, D: 4, H: 2, T: 3, B: 2, V: 8 });
  expect(tokensOf(config)).toBe(6);
  // Matrix weights: head 8·4, q k v o 4·(4·4), MLP 2·(16·4) = 224; causal attention 6·2·2·3 a token.
  expect(flopsOf(config)).toBe(6 * (6 * 224 + 6 * 4 * 3));
  // Parameters: those, the embedding 8·4, weight and bias of three norms.
  const parameters = 224 + 32 + 3 * 2 * 4;
  // Activations a token: both norms' inputs 2·4, q k v and what attention returns 4·4, MLP 16, the last norm's input 4.
  expect(leastBytesOf(config)).toBe(4 * (8 * parameters + 2 * 6 * (8 + 16 + 16 + 4)));
});
