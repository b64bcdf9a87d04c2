/** What is recorded: tensors and their sizes, gradients and who adds to them, pools, and what kernels are told in words of 32 bits. */
import { describe, expect, it } from 'vitest';
import { expectShape, expectVec4, Graph, type Op, show, storageOf, tensorBytes } from '../../src/graph/graph.ts';
import { f32Bits, foldWorkgroups, maxWorkgroups, read, scratch, write } from '../../src/graph/kernel.ts';
import { layoutPool, poolSize } from '../../src/graph/pool.ts';

const op: Op = { name: 'op', kernels: () => [], twin: () => [] };

describe('tensors', () => {
  it('have the size of their shape, are listed by what they are and take whole vectors of 16 bytes', () => {
    const g = new Graph();
    const made = [
      g.parameter('w', [3, 5]),
      g.input('ids', [3], 'u32'),
      g.state('s', [4], 'f16'),
      g.pool('gradients', 64),
    ];
    expect(made.map(({ id, size, dtype, role }) => [id, size, dtype, role])).toEqual([
      [0, 15, 'f32', 'parameter'],
      [1, 3, 'u32', 'input'],
      [2, 4, 'f16', 'state'],
      [3, 64, 'f32', 'pool'],
    ]);
    expect(made.map(tensorBytes)).toEqual([64, 16, 16, 256]);
    expect([g.parameters, g.inputs, g.states]).toEqual([[made[0]], [made[1]], [made[2]]]);
    expect(g.tensors).toEqual(made);
    expect(show(made[0]!)).toBe('w (3, 5) f32');
    expect(g.input('one', [1]).size).toBe(1);
  });

  it('refuse extents that are no positive integers', () => {
    for (const shape of [
      [2, 0],
      [2, -1],
      [2, 1.5],
    ]) {
      expect(() => new Graph().input('x', shape)).toThrow(
        `x: every extent of a shape is a positive integer, this one is (${shape.join(', ')})`,
      );
    }
  });

  it('of constants are made once a name', () => {
    const g = new Graph();
    const one = g.constant('cos', [2], () => Float32Array.of(1, 2));
    expect(g.constant('cos', [2], () => Float32Array.of(3, 4))).toBe(one);
    expect(g.constant('sin', [2], () => Float32Array.of(5, 6))).not.toBe(one);
    expect([...g.constants.values()]).toEqual([Float32Array.of(1, 2), Float32Array.of(5, 6)]);
  });

  it('of nodes are new activations of f32, or what exists already', () => {
    const g = new Graph();
    const state = g.state('s', [4]);
    const [made, given] = g.node(op, [], [{ name: 'y', shape: [4] }, state], { mode: 1 });
    expect(made).toMatchObject({ role: 'activation', dtype: 'f32' });
    expect(given).toBe(state);
    g.phase = 'update';
    g.node(op, [made!], [state], {});
    expect(g.nodes.map(({ index, phase, attributes }) => [index, phase, attributes])).toEqual([
      [0, 'step', { mode: 1 }],
      [1, 'update', {}],
    ]);
  });
});

describe('gradients', () => {
  it('are one tensor a parameter, of its shape', () => {
    const g = new Graph();
    const w = g.parameter('w', [2, 3]);
    expect(g.gradientOf(w)).toBe(g.gradientOf(w));
    expect(g.gradientOf(w)).toMatchObject({ name: 'd w', shape: [2, 3], role: 'gradient' });
    expect(g.gradients.get(w)).toBe(g.gradientOf(w));
  });

  it('of a frozen parameter go nowhere and never add', () => {
    const g = new Graph();
    const frozen = g.parameter('w', [2], true);
    const claims = [g.claimGradient(frozen), g.claimGradient(frozen)];
    expect(claims.map(({ accumulate }) => accumulate)).toEqual([false, false]);
    expect(claims[0]!.gradient).toMatchObject({ name: 'd w', shape: [2], role: 'activation' });
    expect(g.gradients.size).toBe(0);
  });

  it('of a copy are its parameter’s, and the copy lies in the activation that holds all', () => {
    const g = new Graph();
    const w = g.parameter('w', [4]);
    const [all] = g.node(op, [g.pool('parameters', 64)], [{ name: 'stored', shape: [64], dtype: 'f16' }], {});
    const copy = g.copyOf(w, all!, 16);
    expect(copy).toMatchObject({
      name: 'w',
      shape: [4],
      dtype: 'f16',
      role: 'copy',
      copy: { of: w, in: all, start: 16 },
    });
    expect(g.tensors[copy.id]).toBe(copy);
    expect([storageOf(copy), storageOf(w)]).toEqual([all, w]);
    expect(g.claimGradient(copy)).toEqual({ gradient: g.gradientOf(w), accumulate: false });
    expect(g.claimGradient(w).accumulate).toBe(true);
  });
});

describe('checkpoints', () => {
  it('tell their nodes which segment they are of, and end where recording fails', () => {
    const g = new Graph();
    const add = (name: string) => g.node(op, [], [{ name, shape: [4] }], {});
    add('before');
    expect(g.checkpoint(() => (add('inside'), 'what is recorded'))).toBe('what is recorded');
    add('after');
    expect(g.nodes.map(({ segment }) => segment?.nodes.length ?? null)).toEqual([null, 1, null]);
    expect(() =>
      g.checkpoint(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(g.checkpoint(() => 'again')).toBe('again');
  });
});

describe('shapes an op asks for', () => {
  const g = new Graph();
  const x = g.input('x', [2, 8]);
  it('fit, or are told with what they should go with', () => {
    expect(() => expectShape('op', x, [2, 8])).not.toThrow();
    expect(() => expectShape('op', x, [null, 8])).not.toThrow();
    expect(() => expectShape('op', x, [null, 4])).toThrow(/^op: x \(2, 8\) f32 should be \(·, 4\)$/);
    expect(() => expectShape('op', x, [2, 8, 1])).toThrow(/should be \(2, 8, 1\)$/);
    expect(() => expectShape('op', x, [2, null, null], g.input('y', [1]))).toThrow(
      'op: x (2, 8) f32 should be (2, ·, ·), to go with y (1) f32',
    );
  });
  it('have columns by fours', () => {
    expect(() => expectVec4('op', 'width', 8)).not.toThrow();
    expect(() => expectVec4('op', 'width', 6)).toThrow('op: width is 6, but kernels work on vec4 columns');
  });
});

describe('pools', () => {
  const entry = (name: string, decay: boolean, ...shape: number[]) => ({ name, shape, decay });

  it('start every entry at 256 bytes, in f16 too where copies are kept', () => {
    const entries = [entry('a', true, 8, 8), entry('b', true, 65), entry('c', false, 3)];
    expect(layoutPool(entries)).toEqual({
      slices: new Map([
        ['a', { offset: 0, size: 64, shape: [8, 8] }],
        ['b', { offset: 64, size: 65, shape: [65] }],
        ['c', { offset: 192, size: 3, shape: [3] }],
      ]),
      elements: 256,
      trained: 256,
      regions: [
        { end: 192, rate: 1, epsilon: 1, decay: 1 },
        { end: 256, rate: 1, epsilon: 1, decay: 0 },
      ],
    });
    expect(layoutPool(entries, 'f16')).toMatchObject({ elements: 384, regions: [{ end: 256 }, { end: 384 }] });
    expect(layoutPool([entry('c', false, 3)])).toMatchObject({ elements: 64, regions: [{ end: 64, decay: 0 }] });
  });

  it('other than that of parameters end before what is frozen', () => {
    const frozen = (name: string, ...shape: number[]) => ({ ...entry(name, false, ...shape), frozen: true });
    const layout = layoutPool([entry('a', true, 65), entry('b', false, 3), frozen('c', 100, 100), frozen('d', 5)]);
    expect(layout).toMatchObject({ regions: [{ end: 128 }, { end: 192 }], trained: 192, elements: 192 + 10_048 + 64 });
    expect(
      (['parameters', 'gradients', 'moments1', 'moments2'] as const).map((pool) => poolSize(layout, pool)),
    ).toEqual([...[10_304, 192, 192, 192]]);
    expect(() => layoutPool([frozen('c', 4), entry('a', false, 4)])).toThrow(
      'a is trained but comes after frozen entries',
    );
  });

  const scales = { rate: 0.25, epsilon: 0.25, decay: 2 };

  it('are one region for as long as entries are updated alike', () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => entry(name, name !== 'd', 64));
    expect(layoutPool([a!, { ...b!, scales }, { ...c!, scales }, { ...d!, scales }]).regions).toEqual([
      { end: 64, rate: 1, epsilon: 1, decay: 1 },
      { end: 192, ...scales },
      { end: 256, ...scales, decay: 0 },
    ]);
  });

  it('refuse a name twice and more regions than kernels choose among', () => {
    expect(() => layoutPool([entry('a', true, 1), entry('a', true, 1)])).toThrow('two entries are named a');
    const five = Array.from({ length: 5 }, (_, i) => ({ ...entry(`${i}`, true, 1), scales: { ...scales, rate: i } }));
    expect(() => layoutPool(five)).toThrow('5 regions are updated differently; at most 4 may be');
  });
});

describe('what kernels are told', () => {
  it('workgroups past the limit of a row are folded into rows of equal length', () => {
    expect(foldWorkgroups(1)).toEqual([1, 1, 1]);
    expect(foldWorkgroups(maxWorkgroups)).toEqual([65535, 1, 1]);
    expect(foldWorkgroups(maxWorkgroups + 1)).toEqual([32768, 2, 1]);
    expect(foldWorkgroups(200_001)).toEqual([50_001, 4, 1]);
  });

  it('floats as their bits, tensors with the way they are used, scratch memory by its shape', () => {
    expect([f32Bits(0), f32Bits(1), f32Bits(-2)]).toEqual([0, 0x3f800000, 0xc0000000]);
    const tensor = scratch([3, 4]);
    expect(tensor).toMatchObject({ id: -1, role: 'scratch', dtype: 'f32', size: 12, shape: [3, 4] });
    expect([read(tensor), write(tensor)]).toEqual([
      { tensor, access: 'read' },
      { tensor, access: 'read_write' },
    ]);
  });
});
