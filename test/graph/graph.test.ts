/** The rules of the static graph: what is pruned, who shares a slot, and what backward does and refuses. */
import { describe, expect, it } from 'vitest';
import { backward } from '../../src/graph/backward.ts';
import { Graph, type Op, type Tensor } from '../../src/graph/graph.ts';
import { interpret, type Values } from '../../src/graph/interpret.ts';
import { planSlots } from '../../src/graph/plan.ts';
import { pruneDead } from '../../src/graph/prune.ts';

/** y = Σ inputs, whose gradient is passed on: to all but the first as a share. */
const sum: Op = {
  name: 'sum',
  twin: (inputs) => [inputs[0]!.map((_, i) => inputs.reduce((total, input) => total + input[i]!, 0))],
  kernels: () => [],
  backward: ({ node: { inputs }, gradients: [dy] }) => inputs.map(() => ({ share: dy! })),
};
const noGradient: Op = { name: 'noGradient', twin: ([x]) => [x!], kernels: () => [] };

const record = (g: Graph, op: Op, inputs: Tensor[], name: string, size = 4, dtype?: 'f16'): Tensor =>
  g.node(op, inputs, [{ name, shape: [size], dtype }], {})[0]!;
const namesOf = (g: Graph, keep: Tensor[]): string[] => pruneDead(g.nodes, keep).map(({ outputs }) => outputs[0]!.name);

describe('pruning', () => {
  it('leaves what is kept and what that reads, in order', () => {
    const g = new Graph();
    const x = g.input('x', [4]);
    const a = record(g, sum, [x], 'a');
    const b = record(g, sum, [x], 'b');
    const c = record(g, sum, [a], 'c');
    record(g, sum, [b, c], 'd');
    expect(namesOf(g, [c])).toEqual(['a', 'c']);
    expect(namesOf(g, [b, c])).toEqual(['a', 'b', 'c']);
    expect(namesOf(g, [])).toEqual([]);
  });

  it('leaves a node one of whose outputs is needed', () => {
    const g = new Graph();
    const [first] = g.node(
      sum,
      [g.input('x', [4])],
      [
        { name: 'a', shape: [4] },
        { name: 'statistics', shape: [4] },
      ],
      {},
    );
    expect(namesOf(g, [first!])).toEqual(['a']);
  });

  it('leaves what writes anything that outlives a plan, unasked, and what that reads', () => {
    const g = new Graph();
    const a = record(g, sum, [g.input('x', [4])], 'a');
    g.node(sum, [a], [g.state('loss', [4])], {});
    expect(namesOf(g, [])).toEqual(['a', 'loss']);
  });
});

describe('slots', () => {
  const chain = (sizes: readonly number[]) => {
    const g = new Graph();
    let x: Tensor = g.input('x', [4]);
    const made = sizes.map((size, i) => (x = record(g, sum, [x], `t${i}`, size)));
    return { g, made };
  };

  it('are used again, the first one too, but never by what a node reads and writes', () => {
    const { g, made } = chain([4, 4, 4, 4]);
    const { slots, slotOf, unsharedBytes } = planSlots(g);
    expect(made.map((tensor) => slotOf.get(tensor))).toEqual([0, 1, 0, 1]);
    expect([slots, unsharedBytes]).toEqual([[16, 16], 64]);
  });

  it('are as large as their largest tensor, and the tightest idle one is taken', () => {
    const { g, made } = chain([4, 64, 16, 32, 4]);
    const { slots, slotOf } = planSlots(g);
    // 64 and 32 do not meet, nor do 16 and either 4: the small ones lie where 16 does and not with 64.
    expect(slots).toEqual([256, 64]);
    expect(made.map((tensor) => slotOf.get(tensor))).toEqual([1, 0, 1, 0, 1]);
  });

  it('are left to what lives there: from the first node that writes it to the last that reads or writes it', () => {
    const g = new Graph();
    const x = g.input('x', [4]);
    const a = record(g, sum, [x], 'a');
    const unread = record(g, sum, [x], 'unread');
    const b = record(g, sum, [x], 'b');
    g.node(sum, [b], [a], {}); // a is written again
    const c = record(g, sum, [x], 'c');
    const d = record(g, sum, [c, a], 'd');
    const e = record(g, sum, [x], 'e');
    record(g, sum, [d, e], 'f');
    const { slotOf } = planSlots(g);
    // a lives until d is made from it; one slot serves, one after the other, what is done with meanwhile; d meets both.
    expect([a, unread, b, c, d, e].map((tensor) => slotOf.get(tensor))).toEqual([0, 1, 1, 1, 2, 1]);
  });

  it('are not shared by what a node reads and what it writes, the larger put first', () => {
    const { g, made } = chain([4, 64]);
    const { slots, slotOf } = planSlots(g);
    expect([slots, made.map((tensor) => slotOf.get(tensor))]).toEqual([
      [256, 16],
      [1, 0],
    ]);
  });

  it('are for activations alone, also among what is kept', () => {
    const g = new Graph();
    const x = g.input('x', [4]);
    const state = g.state('s', [4]);
    const a = record(g, sum, [x], 'a');
    g.node(sum, [a], [state], {});
    const { slotOf } = planSlots(g, g.nodes, [x, state, a]);
    expect([...slotOf]).toEqual([[a, 0]]);
  });

  it('hold what is kept to the end', () => {
    const { g, made } = chain([4, 4, 4, 4]);
    const { slotOf } = planSlots(g, g.nodes, [made[0]!]);
    expect(made.slice(1).map((tensor) => slotOf.get(tensor))).not.toContain(slotOf.get(made[0]!));
  });

  it('are not planned for what nobody wrote', () => {
    const { g, made } = chain([4, 4]);
    expect(() => planSlots(g, g.nodes.slice(1))).toThrow(
      `plan: sum reads ${made[0]!.name}, which no earlier node wrote`,
    );
  });
});

describe('backward', () => {
  it('adds up what several readers give, in the storage type of what they read', () => {
    const g = new Graph();
    const x = record(g, sum, [g.input('x', [4])], 'x', 4, 'f16');
    const y = record(g, sum, [x, x, record(g, sum, [x], 'z')], 'y');
    const dy = g.input('dy', [4]);
    const dx = backward(g, new Map([[y, dy]]), sum).get(x)!;
    expect(dx.dtype).toBe('f16');
    const values: Values = new Map(g.inputs.map((input) => [input, new Float64Array(4).fill(2)]));
    expect([...interpret(g, values).get(dx)!]).toEqual([6, 6, 6, 6]);
  });

  it('passes over what the loss does not depend on, gradients or none', () => {
    const g = new Graph();
    const x = g.input('x', [4]);
    record(g, noGradient, [x], 'aside');
    const y = record(g, sum, [x], 'y');
    const dy = g.input('dy', [4]);
    expect(backward(g, new Map([[y, dy]]), sum).get(x)).toBe(dy);
  });

  it('takes a rule’s total as it is, tells it what others gave, and leaves parameters to it', () => {
    const g = new Graph();
    const partials: (string | undefined)[][] = [];
    const total: Op = {
      ...sum,
      name: 'total',
      backward: ({ graph, node: { inputs }, gradients: [dy], partial }) => {
        partials.push(partial.map((tensor) => tensor?.name));
        return inputs.map((input) => ({
          total: graph.node(sum, [dy!], [{ name: `total ${input.name}`, shape: [4] }], {})[0]!,
        }));
      },
    };
    const w = g.parameter('w', [4]);
    const x = record(g, sum, [g.input('in', [4])], 'x');
    const y = record(g, total, [x, w], 'y');
    const z = record(g, total, [x, w], 'z');
    const seeds = new Map([y, z].map((tensor) => [tensor, g.input(`d ${tensor.name}`, [4])]));
    const gradients = backward(g, seeds, sum);
    // The last node is met first; the other one hears of its gradient and its own counts for both.
    expect(partials).toEqual([
      [undefined, undefined],
      ['total x', undefined],
    ]);
    expect(gradients.has(w)).toBe(false);
    const made = g.nodes.filter(({ outputs }) => outputs[0]!.name === 'total x');
    expect(made).toHaveLength(2);
    expect(gradients.get(x)).toBe(made[1]!.outputs[0]);
  });

  it('starts at an op that knows its own gradient, and at those alone', () => {
    const g = new Graph();
    const x = record(g, sum, [g.input('in', [4])], 'x');
    const ones = g.input('ones', [4]);
    const heard: (Tensor | undefined)[][] = [];
    const loss: Op = { ...sum, name: 'loss', backward: ({ gradients }) => (heard.push(gradients), [{ share: ones }]) };
    const outputs = g.node(
      loss,
      [x],
      [
        { name: 'loss', shape: [4] },
        { name: 'count', shape: [4] },
      ],
      {},
    );
    expect(backward(g, new Map([[outputs[0]!, null]]), sum).get(x)).toBe(ones);
    expect(heard).toEqual([[undefined, undefined]]);
    // Of two outputs one with a gradient is enough.
    backward(g, new Map([[outputs[1]!, ones]]), sum);
    expect(heard[1]).toEqual([undefined, ones]);
  });

  it('refuses, in a sentence, what it cannot do', () => {
    const g = new Graph();
    const x = g.input('x', [4]);
    const y = record(g, noGradient, [x], 'y');
    const run = (tensor: Tensor, size: number) => () =>
      backward(g, new Map([[tensor, g.input(`d of ${size}`, [size])]]), sum);
    expect(run(y, 4)).toThrow('backward: noGradient has no gradient, but the loss depends on it');
    expect(run(y, 5)).toThrow(/gradient d of 5 .*does not fit y/);
    expect(run(x, 4)).toThrow(/x .*was not recorded in this graph/);
  });

  it('gives a parameter’s first write the gradient’s place and adds later ones', () => {
    const g = new Graph();
    const weight = g.parameter('w', [4]);
    expect([0, 1, 2].map(() => g.claimGradient(weight).accumulate)).toEqual([false, true, true]);
    expect(g.claimGradient(weight).gradient).toBe(g.gradientOf(weight));
  });

  it('hands a rule of a segment what was computed again, and what lies outside as it is', () => {
    const g = new Graph();
    const x = g.input('x', [4]);
    const seen: string[][] = [];
    const told: Op = {
      ...sum,
      name: 'told',
      backward: ({ node: { inputs, outputs }, gradients: [dy] }) => {
        seen.push([...inputs, ...outputs].map(({ name }) => name));
        return inputs.map(() => ({ share: dy! }));
      },
    };
    const y = g.checkpoint(() => record(g, told, [record(g, told, [x], 'inside'), x], 'y'));
    backward(g, new Map([[y, g.input('dy', [4])]]), sum);
    expect(seen).toEqual([
      ['inside again', 'x', 'y again'],
      ['x', 'inside again'],
    ]);
  });

  it('computes a segment’s inside again once, and segments do not nest', () => {
    const g = new Graph();
    const x = g.input('x', [4]);
    const y = g.checkpoint(() => record(g, sum, [record(g, sum, [x], 'inside')], 'y'));
    backward(g, new Map([[y, g.input('dy', [4])]]), sum);
    expect(g.nodes.map(({ outputs }) => outputs[0]!.name)).toEqual(['inside', 'y', 'inside again', 'y again']);
    // What is computed again reads what was, and from outside what it read before.
    expect(g.nodes.slice(2).map(({ inputs }) => inputs.map(({ name }) => name))).toEqual([['x'], ['inside again']]);
    expect(() => g.checkpoint(() => g.checkpoint(() => x))).toThrow('segments do not nest');
  });
});
