/** The executor in doubles, which others are held against: what lasts, what a plan computes and what it refuses. */
import { describe, expect, it } from 'vitest';
import { Graph, type Op, type Tensor } from '../../src/graph/graph.ts';
import { interpret, nmse, type Values } from '../../src/graph/interpret.ts';
import { Oracle } from '../../src/graph/oracle.ts';
import { layoutPool } from '../../src/graph/pool.ts';

const layout = layoutPool([
  { name: 'v', shape: [2], decay: false },
  { name: 'w', shape: [2], decay: false },
]);
const elementwise = (name: string, f: (...values: number[]) => number): Op => ({
  name,
  kernels: () => [],
  twin: (inputs) => [inputs[0]!.map((_, i) => f(...inputs.map((input) => input[i]!)))],
});
const product = elementwise('product', (x, y) => x * y);
const same = elementwise('same', (x) => x);
/** weights −= gradients: over whole pools. */
const descend: Op = {
  name: 'descend',
  kernels: () => [],
  twin: ([gradients], _, { before: [weights] }) => [weights!.map((w, i) => w - gradients![i]!)],
};

/** y = w·x with dw = x for each micro-batch, then w −= dw; every update counted. */
function linear() {
  const g = new Graph();
  const x = g.input('x', [2]);
  const w = g.parameter('w', [2]);
  const [y] = g.node(product, [w, x], [{ name: 'y', shape: [2] }], {});
  const [aside] = g.node(same, [x], [{ name: 'aside', shape: [2] }], {});
  const { gradient, accumulate } = g.claimGradient(w);
  g.node(same, [x], [gradient], { accumulate });
  g.phase = 'update';
  g.node(descend, [g.pool('gradients', layout.elements)], [g.pool('parameters', layout.elements)], {});
  const count = g.state('count', [1]);
  const addOne: Op = { name: 'addOne', kernels: () => [], twin: (_, __, { before: [n] }) => [n!.map((c) => c + 1)] };
  g.node(addOne, [], [count], {});
  return { g, x, w, y: y!, aside: aside!, gradient, count };
}

const plain = (elements: Float32Array | undefined) => [...elements!];

describe('a plan in doubles', () => {
  it('runs its lists: a step overwrites a gradient, a later micro-batch adds to it, an update changes the weights', async () => {
    const { g, x, w, y, gradient, count } = linear();
    const oracle = new Oracle(layout);
    oracle.write(
      'parameters',
      Float32Array.from({ length: layout.elements }, (_, i) => (i === 64 ? 10 : i === 65 ? 20 : 0)),
    );
    const told: number[][] = [];
    const plan = await oracle.compile(g, { keep: [y], accumulation: true, onProgress: (...of) => told.push(of) });
    expect(told).toEqual([[1, 1]]);
    const give = (...values: number[]) => {
      plan.host(x).set(values);
      plan.upload();
      plan.host(x).fill(99); // filled again at once: what was uploaded counts
    };
    give(1, 2);
    plan.submit(['step']);
    plan.submit(['step']);
    expect(plain(await plan.read(y))).toEqual([10, 40]);
    expect(plain(await plan.read(gradient))).toEqual([1, 2]);
    give(3, 5);
    plan.submit(['accumulate', 'update']);
    expect(plain(await plan.read(gradient))).toEqual([4, 7]);
    expect(plain(await plan.read(w))).toEqual([6, 13]);
    expect(plain(await plan.read(count))).toEqual([1]);
    const [parameters, gradients, counted] = await oracle.snapshot(['parameters', 'gradients', count]);
    expect([plain(parameters).slice(64, 66), plain(gradients).slice(64, 66), plain(counted)]).toEqual([
      [6, 13],
      [4, 7],
      [1],
    ]);
  });

  it('has no list of accumulation unasked, and computes nothing that nobody keeps', async () => {
    const { g, y, aside, gradient } = linear();
    const plan = await new Oracle(layout).compile(g, { keep: [y] });
    plan.upload();
    plan.submit(['step', 'accumulate']);
    expect(plain(await plan.read(y))).toEqual([0, 0]);
    expect(plain(await plan.read(gradient))).toEqual([0, 0]);
    await expect(plan.read(aside)).rejects.toThrow('aside (2) f32 has no value yet');
    plan.destroy();
    await expect(plan.read(y)).rejects.toThrow('y (2) f32 has no value yet');
  });

  it('has inputs of its own, by their type', async () => {
    const { g, x, w } = linear();
    const ids = g.input('ids', [3], 'u32');
    const plan = await new Oracle(layout).compile(g);
    expect([plan.host(x), plan.host(ids)]).toEqual([new Float32Array(2), new Uint32Array(3)]);
    expect(() => plan.host(w)).toThrow('w (2) f32 is not an input of this plan');
  });
});

describe('what lasts', () => {
  it('is 0 until it is written, whole, and can be cleared and freed', async () => {
    const oracle = new Oracle(layout);
    expect(oracle.bytes).toBe(0);
    oracle.write('moments1', new Float32Array(layout.elements).fill(3));
    const state = new Graph().state('s', [4]);
    oracle.write(state, Float32Array.of(1, 2, 3, 4));
    await oracle.finished();
    expect(oracle.bytes).toBe(8 * (layout.elements + 4));
    oracle.clear('moments1');
    const [moments, held, untouched] = await oracle.snapshot(['moments1', state, 'moments2']);
    expect([Math.max(...moments!), plain(held), Math.max(...untouched!)]).toEqual([0, [1, 2, 3, 4], 0]);
    expect(() => oracle.write('moments1', new Float32Array(5))).toThrow('moments1 holds 128 elements, 5 were given');
    expect(() => oracle.write(state, new Float32Array(5))).toThrow('s holds 4 elements, 5 were given');
    oracle.destroy();
    expect(oracle.bytes).toBe(0);
  });

  it('answers in a task of its own: what was asked for after a snapshot is not in it', async () => {
    const oracle = new Oracle(layout);
    const state = new Graph().state('s', [1]);
    for (const ask of [() => oracle.snapshot([state]), () => oracle.finished(), () => oracle.compile(new Graph())]) {
      let settled = false;
      const asked = ask().then(() => (settled = true));
      for (let i = 0; i < 20; i++) await Promise.resolve();
      expect(settled).toBe(false);
      await asked;
    }
    const before = oracle.snapshot([state]);
    oracle.write(state, Float32Array.of(7));
    expect(plain((await before)[0])).toEqual([0]);
  });
});

describe('running a graph by twins', () => {
  const run = (record: (g: Graph) => Tensor, values: Values = new Map()) => {
    const g = new Graph();
    const tensor = record(g);
    for (const input of g.inputs) if (!values.has(input)) values.set(input, Float64Array.of(1, 2));
    return interpret(g, values).get(tensor);
  };
  const y = { name: 'y', shape: [2] };

  it('takes the op’s own twin', () => {
    const op: Op = { name: 'triple', kernels: () => [], twin: ([x]) => [x!.map((value) => 3 * value)] };
    expect(run((g) => g.node(op, [g.input('x', [2])], [y], {})[0]!)).toEqual(Float64Array.of(3, 6));
  });

  it('reads constants, and copies where they lie', () => {
    const table = () => Float32Array.of(5, 6);
    expect(run((g) => g.node(same, [g.constant('c', [2], table)], [y], {})[0]!)).toEqual(Float64Array.of(5, 6));
    const copied = run((g) => {
      const all = g.node(same, [g.input('x', [2])], [{ name: 'all', shape: [2] }], {})[0]!;
      const copy = g.copyOf(g.parameter('w', [1]), all, 1);
      return g.node(same, [copy], [{ name: 'y', shape: [1] }], {})[0]!;
    });
    expect(copied).toEqual(Float64Array.of(2));
  });

  it('names what has no value and what has another length', () => {
    expect(() => run((g) => g.node(same, [g.parameter('w', [2])], [y], {})[0]!)).toThrow(
      'same reads w, which has no value',
    );
    expect(() => run((g) => g.node(same, [g.input('x', [2])], [{ name: 'y', shape: [3] }], {})[0]!)).toThrow(
      'same: twin made 2 elements for y, which has 3',
    );
  });

  it('adds to gradients alone, and only where the node says so', () => {
    const g = new Graph();
    const x = g.input('x', [2]);
    const gradient = g.gradientOf(g.parameter('w', [2]));
    const state = g.state('s', [2]);
    const record = (accumulate: boolean) => {
      const nodes = new Graph();
      nodes.node(same, [x], [gradient], { accumulate });
      nodes.node(same, [x], [state], { accumulate });
      const values: Values = new Map([x, gradient, state].map((tensor) => [tensor, Float64Array.of(1, 2)]));
      interpret(nodes, values);
      return [values.get(gradient), values.get(state)];
    };
    expect(record(false)).toEqual([Float64Array.of(1, 2), Float64Array.of(1, 2)]);
    expect(record(true)).toEqual([Float64Array.of(2, 4), Float64Array.of(1, 2)]);
  });
});

it('the normalised error is relative, and the mean square where all should be 0', () => {
  expect(nmse([1, 2, 2], [1, 2, 4])).toBeCloseTo(4 / 21, 15);
  expect(nmse([3, 4], [0, 0])).toBe(12.5);
  expect(nmse([], [])).toBe(0);
});
