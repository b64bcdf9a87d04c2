import { expect, test } from 'vitest';
import { isObject } from '../../src/util/object.ts';

test('an object is neither null, nor a list, nor anything that is no object', () => {
  expect([{}, { a: 1 }].map(isObject)).toEqual([true, true]);
  expect([null, [], [{}], undefined, 'a', 7, true].map(isObject)).toEqual(Array(7).fill(false));
});
