import { expect, test } from 'vitest';
import { tokenIndex } from '../../src/data/tokenIndex.ts';
import fc from '../property.ts';

test('lists the positions of every id in ascending order, in buffers used before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(39), { maxLength: 100 }), (V, drawn) => {
      const tokens = Uint32Array.from(drawn, (id) => id % V);
      const index = { rowStart: new Uint32Array(V + 1).fill(99), order: new Uint32Array(tokens.length).fill(99) };
      tokenIndex(tokens, index);
      for (let v = 0; v < V; v++) {
        const positions = [...tokens.keys()].filter((i) => tokens[i] === v);
        expect([...index.order.slice(index.rowStart[v], index.rowStart[v + 1])]).toEqual(positions);
      }
      expect(index.rowStart[V]).toBe(tokens.length);
    }),
  );
});

test('refuses an id outside the embedding, and an order of the wrong size', () => {
  const index = { rowStart: new Uint32Array(5), order: new Uint32Array(3) };
  expect(() => tokenIndex([0, 4, 1], index)).toThrow(/id 4 at position 1 .* 4 rows/);
  expect(() => tokenIndex([0, 1], index)).toThrow(/3 entries for 2 tokens/);
});
