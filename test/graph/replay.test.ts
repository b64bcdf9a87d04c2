/** What plans on every device are made of: lists of calls, and inputs in one piece of host memory. */
import { describe, expect, it } from 'vitest';
import { Graph, type Op } from '../../src/graph/graph.ts';
import { cutLike, HostInputs, listsOf, placeInputs } from '../../src/graph/replay.ts';

const op: Op = { name: 'op', kernels: () => [], twin: () => [] };

describe('the lists of a plan', () => {
  const g = new Graph();
  for (const [name, phase] of [
    ['a', 'step'],
    ['b', 'update'],
    ['c', 'step'],
  ] as const) {
    g.phase = phase;
    g.node(op, [], [{ name, shape: [4] }], {});
  }
  const lower = (accumulation: boolean) =>
    listsOf(g.nodes, accumulation, ({ outputs: [output] }, accumulating) => [
      `${output!.name}${accumulating ? ' again' : ''}`,
      'rest',
    ]);

  it('hold the nodes of their phase in order; those of accumulation only where it is asked for', () => {
    expect(lower(true)).toEqual({
      step: ['a', 'rest', 'c', 'rest'],
      accumulate: ['a again', 'rest', 'c again', 'rest'],
      update: ['b', 'rest'],
    });
    expect(lower(false)).toEqual({ step: ['a', 'rest', 'c', 'rest'], accumulate: [], update: ['b', 'rest'] });
  });

  it('cut a row of as many entries into three again', () => {
    const all = ['s', 'a', 'a', 'u', 'u', 'u'];
    expect(cutLike({ step: [0], accumulate: [0, 0], update: [0, 0, 0] }, all)).toEqual({
      step: ['s'],
      accumulate: ['a', 'a'],
      update: ['u', 'u', 'u'],
    });
  });
});

describe('inputs on the host', () => {
  const g = new Graph();
  const tokens = g.input('tokens', [5], 'u32');
  const weights = g.input('weights', [2]);

  it('lie one after the other, each at a multiple of the alignment', () => {
    // 5 · 4 and 2 · 4 bytes are 32 and 16 in whole vectors of 16.
    expect(placeInputs(g)).toEqual({
      offsets: new Map([
        [tokens, 0],
        [weights, 32],
      ]),
      bytes: 48,
    });
    expect(placeInputs(g, 256)).toMatchObject({ bytes: 512 });
    expect(placeInputs(g, 256).offsets.get(weights)).toBe(256);
  });

  it('are seen by their type, the same memory at each call', () => {
    const host = new HostInputs(placeInputs(g));
    expect(host.of(tokens)).toBeInstanceOf(Uint32Array);
    expect(host.of(weights)).toBeInstanceOf(Float32Array);
    expect(host.of(weights)).toBe(host.of(weights));
    host.of(tokens).set([1, 2, 3, 4, 7]);
    host.of(weights).set([0.5, 1]);
    expect(host.memory.byteLength).toBe(48);
    expect([...new Uint32Array(host.memory.buffer, 0, 5)]).toEqual([1, 2, 3, 4, 7]);
    expect([...new Float32Array(host.memory.buffer, 32, 2)]).toEqual([0.5, 1]);
    expect(() => host.of(new Graph().input('other', [3]))).toThrow('other (3) f32 is not an input of this plan');
  });
});
