/**
 * The static graph: a forward pass recorded once, as data. Ops append nodes; `backward.ts` appends one node or two per forward
 * node; `plan.ts` gives activations their slots. Nothing here knows WebGPU, models or losses.
 *
 * Invariant of the whole system: a parameter's gradient accumulates (`+=`) from its second write on, an activation's gradient is
 * written (`=`) and summed by the backward rule that meets it second (see `BackwardRule.partial`).
 */
import type { Kernel, KernelContext } from './kernel.ts';
import type { PoolName } from './pool.ts';
import { type DType, type Role, show, type Tensor } from './tensor.ts';

export { bytesPerElement, show, storageOf, tensorBytes, type DType, type Role, type Tensor } from './tensor.ts';

/** What an op is: how it runs and how its gradient is recorded. One object per op, shared by all its nodes. */
export interface Op<Attributes = object> {
  readonly name: string;
  /** The dispatches of one node, in order. */
  kernels(node: Node<Attributes>, context: KernelContext): Kernel[];
  /**
   * Records the gradient. `gradients[k]` is that of output k (undefined: nothing depends on it); `partial[k]` is what other
   * consumers have already given to input k, and a rule may add it inside its own kernel. Returns, per input, the *total*
   * gradient: a rule that ignores partial[k] returns `undefined` in `totals` and its own share in `shares`.
   */
  backward?(rule: BackwardRule<Attributes>): InputGradient[];
  /**
   * The same in f64, by which kernels are judged: plain loops, written for clarity; itself checked against finite differences. From the
   * inputs it computes the outputs in their order, gradients of parameters without what was there before.
   */
  twin(inputs: Float64Array[], node: Node<Attributes>, found: Found): Float64Array[];
}

/** What a node's twin finds besides its inputs. */
export interface Found {
  /** Its outputs as they are before it: for what it changes rather than makes, states and pools. */
  before: (Float64Array | undefined)[];
  /** A micro-batch came before in the same step (executor.ts, list 'accumulate'). */
  accumulating: boolean;
}

export interface BackwardRule<Attributes> {
  graph: Graph;
  node: Node<Attributes>;
  gradients: (Tensor | undefined)[];
  partial: (Tensor | undefined)[];
}

/** `total`: partial already added in. `share`: still to be added to the partial. undefined: no gradient flows. */
export type InputGradient = { total: Tensor } | { share: Tensor } | undefined;

export interface Node<Attributes = object> {
  readonly index: number;
  readonly op: Op<Attributes>;
  readonly inputs: Tensor[];
  readonly outputs: Tensor[];
  readonly attributes: Attributes;
  /** 'step' runs once a micro-batch, 'update' once an optimizer step. */
  readonly phase: NodePhase;
  readonly segment: Segment | null;
}

export type NodePhase = 'step' | 'update';

/** Nodes whose outputs are dropped after the forward pass and computed again in the backward pass. */
export interface Segment {
  nodes: Node[];
}

/** Shape and name of an output a node is to have. dtype defaults to f32. */
export interface OutputSpec {
  name: string;
  shape: readonly number[];
  dtype?: DType;
}

export class Graph {
  readonly nodes: Node[] = [];
  readonly tensors: Tensor[] = [];
  readonly parameters: Tensor[] = [];
  readonly inputs: Tensor[] = [];
  readonly states: Tensor[] = [];
  /** constant → its elements, made on the host. */
  readonly constants = new Map<Tensor, Float32Array<ArrayBuffer>>();
  /** parameter → its gradient, made when first asked for. */
  readonly gradients = new Map<Tensor, Tensor>();
  phase: NodePhase = 'step';
  readonly #written = new Set<Tensor>();
  readonly #frozen = new Set<Tensor>();
  #segment: Segment | null = null;

  #tensor(name: string, shape: readonly number[], dtype: DType, role: Role): Tensor {
    for (const extent of shape) {
      if (!Number.isInteger(extent) || extent < 1) {
        throw new Error(`${name}: every extent of a shape is a positive integer, this one is (${shape.join(', ')})`);
      }
    }
    const size = shape.reduce((product, extent) => product * extent, 1);
    const tensor: Tensor = { id: this.tensors.length, name, shape, size, dtype, role };
    this.tensors.push(tensor);
    return tensor;
  }

  /** `frozen`: what its gradient would be is not written to the pool, and not computed where nothing else needs it. */
  parameter(name: string, shape: readonly number[], frozen = false): Tensor {
    const tensor = this.#tensor(name, shape, 'f32', 'parameter');
    this.parameters.push(tensor);
    if (frozen) this.#frozen.add(tensor);
    return tensor;
  }

  input(name: string, shape: readonly number[], dtype: DType = 'f32'): Tensor {
    const tensor = this.#tensor(name, shape, dtype, 'input');
    this.inputs.push(tensor);
    return tensor;
  }

  /** A buffer that keeps its contents between replays. States of one name are one buffer across plans that share a memory. */
  state(name: string, shape: readonly number[], dtype: DType = 'f32'): Tensor {
    const tensor = this.#tensor(name, shape, dtype, 'state');
    this.states.push(tensor);
    return tensor;
  }

  /** A table made on the host; asked for again by the same name it is the same tensor, so that all layers share it. */
  constant(name: string, shape: readonly number[], make: () => Float32Array<ArrayBuffer>): Tensor {
    for (const tensor of this.constants.keys()) if (tensor.name === name) return tensor;
    const tensor = this.#tensor(name, shape, 'f32', 'constant');
    this.constants.set(tensor, make());
    return tensor;
  }

  /** Of a copy: whether its parameter is. */
  isFrozen(parameter: Tensor): boolean {
    return this.#frozen.has(parameter.copy?.of ?? parameter);
  }

  /** A whole pool, of `elements` f32: what the optimizer reads and writes in one dispatch. */
  pool(name: PoolName, elements: number): Tensor {
    return this.#tensor(name, [elements], 'f32', 'pool');
  }

  /**
   * A parameter's copy inside `all`, an activation that holds the whole pool in another storage type, from element `start` on. What
   * is computed with the copy gives its gradient to the parameter.
   */
  copyOf(parameter: Tensor, all: Tensor, start: number): Tensor {
    const tensor = this.#tensor(parameter.name, parameter.shape, all.dtype, 'copy');
    const copy: Tensor = { ...tensor, copy: { of: parameter, in: all, start } };
    this.tensors[tensor.id] = copy;
    return copy;
  }

  /** The gradient of a parameter, same shape; one tensor however often the parameter is used. */
  gradientOf(parameter: Tensor): Tensor {
    let gradient = this.gradients.get(parameter);
    if (!gradient) {
      gradient = this.#tensor(`d ${parameter.name}`, parameter.shape, 'f32', 'gradient');
      this.gradients.set(parameter, gradient);
    }
    return gradient;
  }

  /**
   * Claims the next write to a parameter's gradient: false for the first one of a pass (it may overwrite what an earlier step
   * left, unless a micro-batch came before), true for later ones, which must add. Of a copy: of its parameter.
   */
  claimGradient(parameter: Tensor): { gradient: Tensor; accumulate: boolean } {
    const of = parameter.copy?.of ?? parameter;
    if (this.isFrozen(of)) {
      // Written and never read: pruned, or of an op that has other work.
      return { gradient: this.#tensor(`d ${of.name}`, of.shape, 'f32', 'activation'), accumulate: false };
    }
    const gradient = this.gradientOf(of);
    const accumulate = this.#written.has(gradient);
    this.#written.add(gradient);
    return { gradient, accumulate };
  }

  /** Appends a node; `outputs` are specs of new activations or existing tensors (gradients, states) the op writes. */
  node<A>(op: Op<A>, inputs: Tensor[], outputs: (OutputSpec | Tensor)[], attributes: A): Tensor[] {
    const made = outputs.map((output) =>
      'role' in output ? output : this.#tensor(output.name, output.shape, output.dtype ?? 'f32', 'activation'),
    );
    const node: Node<A> = {
      index: this.nodes.length,
      op,
      inputs,
      outputs: made,
      attributes,
      phase: this.phase,
      segment: this.#segment,
    };
    this.nodes.push(node as Node);
    this.#segment?.nodes.push(node as Node);
    return made;
  }

  /** Activations made inside `record` are not kept for the backward pass but computed again there, bit for bit the same. */
  checkpoint<T>(record: () => T): T {
    if (this.#segment) throw new Error('checkpoint: segments do not nest; close the outer one first');
    this.#segment = { nodes: [] };
    try {
      return record();
    } finally {
      this.#segment = null;
    }
  }
}

/** Throws unless the tensor has this shape; `null` stands for any extent. */
export function expectShape(op: string, tensor: Tensor, shape: readonly (number | null)[], like?: Tensor): void {
  const fits =
    tensor.shape.length === shape.length && shape.every((extent, i) => extent === null || extent === tensor.shape[i]);
  if (fits) return;
  const wanted = `(${shape.map((extent) => extent ?? '·').join(', ')})`;
  throw new Error(`${op}: ${show(tensor)} should be ${wanted}${like ? `, to go with ${show(like)}` : ''}`);
}

/** Throws unless n is a multiple of 4: kernels read and write whole vec4 columns. */
export function expectVec4(op: string, what: string, n: number): void {
  if (n % 4 !== 0) throw new Error(`${op}: ${what} is ${n}, but kernels work on vec4 columns: choose a multiple of 4`);
}
