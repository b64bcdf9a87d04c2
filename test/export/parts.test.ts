import { expect, test } from 'vitest';
import { joinParts, splitParts } from '../../src/export/parts.ts';
import { modelTensors } from '../../src/export/weights.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { parameterList } from '../../src/model/parameters.ts';
import { randomWeights, tinyConfig } from './tinyModel.ts';

const model = tinyConfig();
const list = parameterList(model);
const { slices, elements: length } = layoutPool(list);
const layout = list.map((parameter) => ({ ...parameter, ...slices.get(parameter.name)! }));

test('the pool holds exactly the HuggingFace tensors, of the same shapes', () => {
  const split = splitParts(layout, new Float32Array(length));
  const shapes = (entries: Iterable<[string, readonly number[]]>) => [...entries].sort();
  const found = Array.from(split, ([name, { shape }]): [string, readonly number[]] => [name, shape]);
  const wanted = Array.from(modelTensors(model), ({ name, shape }): [string, readonly number[]] => [name, shape]);
  expect(shapes(found)).toEqual(shapes(wanted));
});

test('joining and splitting give the weights back and leave the gaps at 0', () => {
  const weights = randomWeights(model, 3);
  const pool = new Float32Array(length);
  joinParts(layout, weights, pool);
  expect([...splitParts(layout, pool)].sort()).toEqual([...weights].sort());
  const filled = pool.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
  const sizes = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  expect(filled).toBe(sizes);
});

test('q, k and v lie one under the other', () => {
  const tensor = {
    name: 'qkv',
    shape: [3, 2],
    parts: [
      { name: 'q', rows: 2 },
      { name: 'k', rows: 1 },
    ],
    offset: 1,
    size: 6,
  };
  const split = splitParts([tensor], Float32Array.of(0, 1, 2, 3, 4, 5, 6));
  expect(split).toEqual(
    new Map([
      ['q', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
      ['k', { shape: [1, 2], data: Float32Array.of(5, 6) }],
    ]),
  );
});

test('a missing or misshapen tensor is named', () => {
  const weights = randomWeights(model, 3);
  const pool = new Float32Array(length);
  weights.set('model.norm.bias', { shape: [3], data: new Float32Array(3) });
  expect(() => joinParts(layout, weights, pool)).toThrow('Tensor model.norm.bias has shape [3]');
  weights.delete('model.norm.bias');
  expect(() => joinParts(layout, weights, pool)).toThrow('Tensor model.norm.bias [12] is missing');
});
