/** The executor in doubles, as slow as it is plain: every op by its twin. What a GPU or the processor makes of a run is held against it. */
import type { CompiledPlan, CompileOptions, Executor, List } from './executor.ts';
import { type Graph, show, type Tensor } from './graph.ts';
import { interpret } from './interpret.ts';
import { type PoolLayout, type PoolName, poolSize } from './pool.ts';
import { pruneDead } from './prune.ts';

type Elements = Float32Array<ArrayBuffer>;

/** Answers come in a task of their own (executor.ts). */
const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

export class Oracle implements Executor {
  readonly kind = 'f64';
  readonly layout: PoolLayout;
  /** Pools and states by name; zeros when first asked for. */
  readonly #lasting = new Map<string, Float64Array>();

  constructor(layout: PoolLayout) {
    this.layout = layout;
  }

  get bytes(): number {
    return [...this.#lasting.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<OraclePlan> {
    const plan = new OraclePlan(this, graph, options);
    options.onProgress?.(1, 1);
    await nextTask();
    return plan;
  }

  /** The elements themselves, of a pool or a state. */
  lasting(where: PoolName | Tensor): Float64Array {
    const [name, size] = typeof where === 'string' ? [where, poolSize(this.layout, where)] : [where.name, where.size];
    let elements = this.#lasting.get(name);
    if (!elements) this.#lasting.set(name, (elements = new Float64Array(size)));
    return elements;
  }

  write(where: PoolName | Tensor, elements: Elements): void {
    const held = this.lasting(where);
    if (elements.length !== held.length) {
      const name = typeof where === 'string' ? where : where.name;
      throw new Error(`${name} holds ${held.length} elements, ${elements.length} were given`);
    }
    held.set(elements);
  }

  clear(pool: PoolName): void {
    this.lasting(pool).fill(0);
  }

  async snapshot(what: readonly (PoolName | Tensor)[]): Promise<Elements[]> {
    const copies = what.map((where) => Float32Array.from(this.lasting(where)));
    await nextTask();
    return copies;
  }

  finished(): Promise<void> {
    return nextTask();
  }

  destroy(): void {
    this.#lasting.clear();
  }
}

class OraclePlan implements CompiledPlan {
  readonly #oracle: Oracle;
  readonly #lists: Record<List, Pick<Graph, 'nodes' | 'constants'>>;
  readonly #hosts: Map<Tensor, Elements | Uint32Array<ArrayBuffer>>;
  /** Inputs as they were uploaded last, and activations. */
  readonly #values = new Map<Tensor, Float64Array>();
  readonly #parameterOf: Map<Tensor, Tensor>;

  constructor(oracle: Oracle, graph: Graph, { keep = [], accumulation = false }: CompileOptions) {
    const nodes = pruneDead(graph.nodes, keep);
    const of = (phase: 'step' | 'update') => ({
      nodes: nodes.filter((node) => node.phase === phase),
      constants: graph.constants,
    });
    this.#oracle = oracle;
    this.#lists = {
      step: of('step'),
      accumulate: accumulation ? of('step') : { nodes: [], constants: graph.constants },
      update: of('update'),
    };
    this.#hosts = new Map(
      graph.inputs.map((input) => [
        input,
        input.dtype === 'u32' ? new Uint32Array(input.size) : new Float32Array(input.size),
      ]),
    );
    this.#parameterOf = new Map([...graph.gradients].map(([parameter, gradient]) => [gradient, parameter]));
  }

  host(input: Tensor): Elements | Uint32Array<ArrayBuffer> {
    const host = this.#hosts.get(input);
    if (!host) throw new Error(`${show(input)} is not an input of this plan`);
    return host;
  }

  upload(): void {
    for (const [input, host] of this.#hosts) this.#values.set(input, Float64Array.from(host));
  }

  submit(lists: readonly List[]): void {
    const values = {
      get: (tensor: Tensor) => this.#find(tensor),
      set: (tensor: Tensor, value: Float64Array) => {
        if (tensor.role === 'activation') this.#values.set(tensor, value);
        else this.#find(tensor)!.set(value);
        return values as never;
      },
    };
    for (const list of lists) interpret(this.#lists[list], values, list === 'accumulate');
  }

  #find(tensor: Tensor): Float64Array | undefined {
    switch (tensor.role) {
      case 'parameter':
        return this.#slice(tensor.name, 'parameters');
      case 'gradient':
        return this.#slice(this.#parameterOf.get(tensor)!.name, 'gradients');
      case 'pool':
        return this.#oracle.lasting(tensor.name as PoolName);
      case 'state':
        return this.#oracle.lasting(tensor);
      default:
        return this.#values.get(tensor);
    }
  }

  #slice(name: string, pool: PoolName): Float64Array {
    const { offset, size } = this.#oracle.layout.slices.get(name)!;
    return this.#oracle.lasting(pool).subarray(offset, offset + size);
  }

  async read(tensor: Tensor): Promise<Elements> {
    const value = this.#find(tensor);
    if (!value) throw new Error(`${show(tensor)} has no value yet`);
    const copy = Float32Array.from(value);
    await nextTask();
    return copy;
  }

  destroy(): void {
    this.#values.clear();
  }
}
