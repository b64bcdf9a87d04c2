/**
 * One call tests an op: forward and backward against its f64 twin, twice with the same bits. In the gpu tier as a software adapter, a GPU
 * and a driver of last resort would run it, in the node tier on the processor; there also the twin's gradient against finite differences.
 */
import { expect } from 'vitest';
import { backward } from '../../src/graph/backward.ts';
import { Graph, type Tensor } from '../../src/graph/graph.ts';
import { layoutPool } from '../../src/graph/pool.ts';
import { addOp } from '../../src/ops/add.ts';
import { randomNormal, streamOf } from '../../src/util/random.ts';
import { interpret, nmse, type Values } from '../../src/graph/interpret.ts';
import { type Context, executors, onProcessor, type Tried } from './executors.ts';

/** f32 arithmetic against f64: relative rounding 6e-8 squared is 4e-15; sums of hundreds of terms stay far under this. */
const tolerance = 1e-11;
/** Central differences in f64 with step 1e-5: truncation ~1e-10, rounding ~1e-11, of a result of order 1. */
const differenceTolerance = 1e-6;
const differenceStep = 1e-5;

/**
 * Kernels for a software adapter, for a GPU and for the last resort, whichever adapter runs them. A GPU's do without quads, but for
 * attention's widest heads.
 */
const everyContext: Context[] = [
  { quads: true, software: true },
  { quads: false, software: false },
  { quads: false, software: false, plain: true },
];

export interface OpInput {
  shape: number[];
  role?: 'input' | 'parameter';
  dtype?: 'f32' | 'u32';
  /** Value of element i; standard normal by default. */
  value?: (i: number) => number;
}

export interface OpCase {
  inputs: Record<string, OpInput>;
  /** Records the op and returns the output to differentiate. */
  record: (g: Graph, t: Record<string, Tensor>) => Tensor;
  /** f32 inputs that are given and not learnt: masks, weights of a loss. Every other one must get a gradient. */
  given?: string[];
  /** Inputs to differentiate numerically; by default all that get a gradient. */
  differentiate?: string[];
  /** The output is a loss (1) whose op starts the backward chain itself. */
  root?: boolean;
  /** A looser bound on the NMSE, with the failure that forced it quoted where it is given. */
  tolerance?: number;
  /** No gradient is recorded: the op is given nothing to differentiate with. */
  forwardOnly?: boolean;
  /** Further outputs to compare, found by name. */
  outputs?: string[];
  /** The contexts to run in, where not all of them matter. */
  contexts?: Context[];
}

interface Recorded {
  graph: Graph;
  tensors: Record<string, Tensor>;
  y: Tensor;
  forwardNodes: number;
  gradients: Map<string, Tensor>;
  values: Values;
}

function record(opCase: OpCase): Recorded {
  const graph = new Graph();
  const tensors: Record<string, Tensor> = {};
  const values: Values = new Map();
  for (const [name, { shape, role, dtype, value }] of Object.entries(opCase.inputs)) {
    const tensor = role === 'parameter' ? graph.parameter(name, shape) : graph.input(name, shape, dtype);
    tensors[name] = tensor;
    // Rounded to f32, so that GPU and twin start from the same numbers.
    const number = (i: number): number => (value ? value(i) : randomNormal(7, streamOf(name), i));
    values.set(
      tensor,
      Float64Array.from({ length: tensor.size }, (_, i) => (dtype === 'u32' ? number(i) : Math.fround(number(i)))),
    );
  }
  const y = opCase.record(graph, tensors);
  const forwardNodes = graph.nodes.length;
  if (opCase.forwardOnly) return { graph, tensors, y, forwardNodes, gradients: new Map(), values };
  const dy = graph.input('dy', y.shape);
  const weight = (i: number): number => (opCase.root ? 1 : Math.fround(randomNormal(7, streamOf('dy'), i)));
  values.set(
    dy,
    Float64Array.from({ length: dy.size }, (_, i) => weight(i)),
  );
  const flowing = backward(graph, new Map([[y, opCase.root ? null : dy]]), addOp);
  const gradients = new Map<string, Tensor>();
  for (const [name, tensor] of Object.entries(tensors)) {
    const gradient = tensor.role === 'parameter' ? graph.gradients.get(tensor) : flowing.get(tensor);
    if (gradient) gradients.set(name, gradient);
  }
  return { graph, tensors, y, forwardNodes, gradients, values };
}

/** Relative error of the twin's gradients against central differences, per input, over at most 40 of its elements. */
function differenceErrors(recorded: Recorded, names: string[]): Record<string, number> {
  const { graph, tensors, y, forwardNodes, gradients, values } = recorded;
  const exact = interpret(graph, new Map(values));
  const dy = values.get(graph.inputs.find((input) => input.name === 'dy')!)!;
  const forward = { ...graph, nodes: graph.nodes.slice(0, forwardNodes) };
  const loss = (): number => {
    const out = interpret(forward, new Map(values)).get(y)!;
    return out.reduce((sum, value, i) => sum + value * dy[i]!, 0);
  };
  const errors: Record<string, number> = {};
  for (const name of names) {
    const x = values.get(tensors[name]!)!;
    const gradient = exact.get(gradients.get(name)!)!;
    const count = Math.min(x.length, 40);
    let error = 0;
    let norm = 0;
    for (let k = 0; k < count; k++) {
      const i = Math.floor((k * x.length) / count);
      const before = x[i]!;
      x[i] = before + differenceStep;
      const up = loss();
      x[i] = before - differenceStep;
      const down = loss();
      x[i] = before;
      const difference = (up - down) / (2 * differenceStep);
      error += (difference - gradient[i]!) ** 2;
      norm += difference ** 2;
    }
    errors[name] = Math.sqrt(error / Math.max(norm, 1e-12));
  }
  return errors;
}

/** NMSE of y and of every gradient, computed by the executor, against the twins. */
async function errorsOn(
  tried: Tried,
  recorded: Recorded,
  want: Values,
  outputs: string[],
): Promise<Record<string, number>> {
  const { graph, y, gradients, values } = recorded;
  const layout = layoutPool(graph.parameters.map(({ name, shape }) => ({ name, shape, decay: false })));
  const executor = await tried.open(layout);
  const others = graph.tensors.filter((tensor) => outputs.includes(tensor.name));
  const kept = [y, ...others, ...gradients.values()].filter((tensor) => tensor.role === 'activation');
  const plan = await executor.compile(graph, { keep: kept });
  try {
    const parameters = new Float32Array(layout.elements);
    for (const tensor of graph.parameters) parameters.set(values.get(tensor)!, layout.slices.get(tensor.name)!.offset);
    if (graph.parameters.length > 0) executor.write('parameters', parameters);
    for (const tensor of graph.inputs) plan.host(tensor).set(values.get(tensor)!);
    plan.upload();
    const compared = new Map([['y', y], ...others.map((tensor) => [tensor.name, tensor] as const)]);
    for (const [name, gradient] of gradients) compared.set(`d ${name}`, gradient);
    plan.submit(['step']);
    const first = new Map<string, Float32Array>();
    for (const [name, tensor] of compared) first.set(name, await plan.read(tensor));
    plan.submit(['step']);
    const errors: Record<string, number> = {};
    for (const [name, tensor] of compared) {
      const got = await plan.read(tensor);
      // As words: a NaN is its own equal, and the one zero not the other's.
      const same = Buffer.from(got.buffer).equals(Buffer.from(first.get(name)!.buffer));
      expect(same, `${name} has the same bits again on ${tried.name}`).toBe(true);
      errors[name] = nmse(got, want.get(tensor)!);
    }
    return errors;
  } finally {
    plan.destroy();
    executor.destroy();
  }
}

export async function checkOp(opCase: OpCase): Promise<void> {
  const recorded = record(opCase);
  const silent = Object.entries(opCase.inputs)
    .filter(([name, { dtype }]) => dtype !== 'u32' && !opCase.forwardOnly && !recorded.gradients.has(name))
    .map(([name]) => name);
  expect(silent, 'f32 inputs without a gradient are those named `given`').toEqual(opCase.given ?? []);
  // Twins are the same in both tiers.
  const names = onProcessor ? (opCase.differentiate ?? [...recorded.gradients.keys()]) : [];
  for (const [name, error] of Object.entries(names.length > 0 ? differenceErrors(recorded, names) : {})) {
    expect(error, `twin of d ${name} against finite differences`).toBeLessThan(differenceTolerance);
  }
  const want = interpret(recorded.graph, new Map(recorded.values));
  for (const tried of executors(opCase.contexts ?? everyContext)) {
    for (const [name, error] of Object.entries(await errorsOn(tried, recorded, want, opCase.outputs ?? []))) {
      expect(error, `${name} on ${tried.name}`).toBeLessThan(opCase.tolerance ?? tolerance);
    }
  }
}
