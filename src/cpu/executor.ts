/** Runs graphs on the processor, in WebAssembly with SIMD: work is done by the time that `submit` returns. */
import { type CompiledPlan, type CompileOptions, type Executor, type List } from '../graph/executor.ts';
import { type Graph, type Node, show, type Tensor, tensorBytes } from '../graph/graph.ts';
import { type PoolLayout, type PoolName, poolSize } from '../graph/pool.ts';
import { cutLike, HostInputs } from '../graph/replay.ts';
import { Arena, pieceBytes } from './arena.ts';
import { placeOf, type Value } from './kernel.ts';
import { hasRelaxedSimd, kernels, libraryBytes } from './kernels/library.ts';
import { type CpuLayout, layoutCalls, publishedWords } from './layout.ts';
import { mostThreads } from './serve.mjs';
import { type StartThread, Threads } from './threads.ts';

type Elements = Float32Array<ArrayBuffer>;

type Run = (args: number, block: number, local: number) => void;

export interface CpuOptions {
  /** Whether the fused multiply-add of relaxed SIMD is used; by default where the engine has it. */
  relaxed?: boolean;
  /** Threads that share the work, with the one that calls: 1 by default. The bits are the same for any number. */
  threads?: number;
  /** Starts one of the others: where there are to be any. */
  startThread?: StartThread;
  /** Where the memory that is used begins: for tests. */
  first?: number;
}

const modules = new Map<string, Promise<WebAssembly.Module>>();

/** The kernels there are, compiled once a process. */
function library(relaxed: boolean, shared: boolean): Promise<WebAssembly.Module> {
  const key = `${relaxed} ${shared} ${kernels.length}`;
  let made = modules.get(key);
  if (!made) modules.set(key, (made = WebAssembly.compile(libraryBytes({ relaxed, shared }))));
  return made;
}

/** Settles in a task of its own, after the messages that wait: who reads in a loop must still hear. */
const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

export async function createCpuExecutor(layout: PoolLayout, options: CpuOptions = {}): Promise<CpuExecutor> {
  const { relaxed = hasRelaxedSimd(), startThread } = options;
  const count = Math.min(options.threads ?? 1, mostThreads);
  const shared = count > 1 && startThread !== undefined;
  const arena = new Arena(shared, options.first);
  const { memory } = arena;
  const module = await library(relaxed, shared);
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const names = kernels.map(({ name }) => name);
  const runs = names.map((name) => exports[name] as unknown as Run);
  const threads = shared ? await Threads.start(startThread, count, { module, memory, names }, runs) : null;
  return new CpuExecutor(layout, arena, runs, threads);
}

/** An argument that points so many bytes into scratch. */
interface ScratchWord {
  at: number;
  bytes: number;
}

export class CpuExecutor implements Executor {
  readonly kind = 'cpu';
  readonly layout: PoolLayout;
  readonly #arena: Arena;
  /** In the order of `kernels`. */
  readonly #runs: readonly Run[];
  readonly #threads: Threads | null;
  /** Resolves when a thread has died, after which nothing is computed any more; a single thread does not. */
  readonly loss: Promise<void>;
  /** Pools and states by name. */
  readonly #named = new Map<string, { address: number; bytes: number }>();
  #local = { address: 0, bytes: 0 };
  #scratch = { address: 0, bytes: 0 };
  /** Of plans, by the address of their arguments: those that point into scratch. */
  readonly #scratchWords = new Map<number, readonly ScratchWord[]>();
  #destroyed = false;

  constructor(layout: PoolLayout, arena: Arena, runs: readonly Run[], threads: Threads | null) {
    this.layout = layout;
    this.#arena = arena;
    this.#runs = runs;
    this.#threads = threads;
    this.loss = threads?.loss ?? new Promise(() => {});
  }

  get bytes(): number {
    return this.#destroyed ? 0 : this.#arena.bytes;
  }

  /** Bytes of the memory that all of it lies in, with what is idle between the pieces. */
  get allocated(): number {
    return this.#arena.memory.buffer.byteLength;
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<CpuPlan> {
    const owned: number[] = [];
    try {
      const plan = this.#build(graph, options, (what, bytes) => {
        const address = this.#arena.take(what, bytes);
        owned.push(address);
        return address;
      });
      options.onProgress?.(1, 1);
      await nextTask();
      return plan;
    } catch (error) {
      for (const address of owned) this.#arena.free(address);
      throw error;
    }
  }

  #build(graph: Graph, options: CompileOptions, take: (what: string, bytes: number) => number): CpuPlan {
    const label = options.label ?? 'plan';
    const own = (what: string, bytes: number): number => take(`${label} ${what}`, bytes);
    const { slotPlan, inputs: placed, lists, all, argumentBytes, ...most } = layoutCalls(graph, options);
    const slots = slotPlan.slots.map((bytes, i) => own(`slot ${i}`, bytes));
    const inputs = own('inputs', placed.bytes);
    const constants = new Map<Tensor, number>();
    for (const [tensor, elements] of graph.constants) {
      const address = own(tensor.name, tensorBytes(tensor));
      constants.set(tensor, address);
      this.#arena.floats(address, elements.length).set(elements);
    }
    this.#reserveScratch(most.scratch);
    this.#reserveLocal(most.local);

    const parameterOf = new Map<Tensor, Tensor>();
    for (const [parameter, gradient] of graph.gradients) parameterOf.set(gradient, parameter);
    const locate = (tensor: Tensor): number => {
      const found = {
        parameter: () => this.#slice(tensor.name, 'parameters'),
        gradient: () => this.#slice(parameterOf.get(tensor)!.name, 'gradients'),
        pool: () => this.#pool(tensor.name as PoolName),
        state: () => this.#state(tensor),
        input: () => inputs + placed.offsets.get(tensor)!,
        constant: () => constants.get(tensor),
        activation: () => slots[slotPlan.slotOf.get(tensor)!],
        copy: () => undefined,
        scratch: () => undefined,
      }[tensor.role]();
      if (found === undefined) throw new Error(`compile: ${show(tensor)} is read but no node writes it`);
      return found;
    };
    const resolve = (value: Value): number => {
      if (typeof value === 'number') return value;
      const { tensor, bytes } = placeOf(value)!;
      return bytes + (tensor === 'scratch' ? this.#scratch.address : locate(tensor));
    };

    // Arguments are resolved before they are written: pools and states that are made on the way may let the memory grow.
    const values = all.map(({ call }) => call.values.map(resolve));
    const argumentsAt = own('arguments', argumentBytes);
    const { steps, inScratch } = this.#publish(all, values, argumentsAt);
    this.#scratchWords.set(argumentsAt, inScratch);
    return new CpuPlan({
      executor: this,
      arena: this.#arena,
      locate,
      inputs,
      host: new HostInputs(placed),
      owned: [...slots, inputs, ...constants.values(), argumentsAt],
      released: () => void this.#scratchWords.delete(argumentsAt),
      lists: cutLike(lists, steps),
    });
  }

  /** Writes calls one behind the other from an address on: of each the words that threads read, then its arguments. */
  #publish(
    calls: CpuLayout['all'],
    values: readonly (readonly number[])[],
    address: number,
  ): { steps: Step[]; inScratch: ScratchWord[] } {
    const view = new DataView(this.#arena.memory.buffer);
    const inScratch: ScratchWord[] = [];
    let published = address;
    const steps = calls.map(({ node, call }, i): Step => {
      const { kernel, blocks } = call;
      const args = published + 4 * publishedWords;
      const index = kernels.indexOf(kernel);
      [index, args, blocks].forEach((value, k) => view.setUint32(published + 4 * k, value, true));
      values[i]!.forEach((value, k) => {
        const at = args + 4 * k;
        if (kernel.floats.includes(kernel.parameters[k]!)) view.setFloat32(at, value, true);
        else view.setUint32(at, value, true);
        const place = placeOf(call.values[k]!);
        if (place?.tensor === 'scratch') inScratch.push({ at, bytes: place.bytes });
      });
      const step = { node, kernel: kernel.name, run: this.#runs[index]!, args, blocks, published };
      published = args + 4 * call.values.length;
      return step;
    });
    return { steps, inScratch };
  }

  /** What calls leave for the next one, large enough for every plan made so far: one runs at a time. Plans are told where it lies now. */
  #reserveScratch(bytes: number): void {
    if (bytes <= this.#scratch.bytes) return;
    const address = this.#arena.take('scratch', bytes);
    if (this.#scratch.bytes > 0) this.#arena.free(this.#scratch.address);
    this.#scratch = { address, bytes };
    const view = new DataView(this.#arena.memory.buffer);
    for (const words of this.#scratchWords.values())
      for (const word of words) view.setUint32(word.at, address + word.bytes, true);
  }

  /** The threads' own memories, large enough for every plan made so far. */
  #reserveLocal(bytes: number): void {
    if (bytes <= this.#local.bytes) return;
    const each = pieceBytes(bytes); // whole lines of the cache
    const address = this.#arena.take('the threads’ own memories', each * (this.#threads?.count ?? 1));
    if (this.#local.bytes > 0) this.#arena.free(this.#local.address);
    this.#local = { address, bytes: each };
    this.#threads?.setLocal(address, each);
  }

  #name(name: string, bytes: number): number {
    let found = this.#named.get(name);
    if (!found) this.#named.set(name, (found = { address: this.#arena.take(name, bytes), bytes }));
    if (found.bytes < bytes) {
      throw new Error(`state ${name}: ${found.bytes} bytes exist, another plan wants ${bytes}`);
    }
    return found.address;
  }

  #pool(name: PoolName): number {
    return this.#name(name, 4 * poolSize(this.layout, name));
  }

  #state(tensor: Tensor): number {
    return this.#name(tensor.name, tensorBytes(tensor));
  }

  #slice(name: string, pool: PoolName): number {
    const entry = this.layout.slices.get(name);
    if (!entry)
      throw new Error(`no parameter is named ${name}: the graph and the pool layout come from different models`);
    return this.#pool(pool) + 4 * entry.offset;
  }

  /** A pool or state as it lies in memory; made where it is not there yet. */
  #whole(where: PoolName | Tensor): Float32Array {
    const [address, count] =
      typeof where === 'string' ? [this.#pool(where), poolSize(this.layout, where)] : [this.#state(where), where.size];
    return this.#arena.floats(address, count);
  }

  write(where: PoolName | Tensor, elements: Elements): void {
    const target = this.#whole(where);
    if (target.length !== elements.length) {
      const what = typeof where === 'string' ? `pool ${where}` : `state ${where.name}`;
      throw new Error(`${what} holds ${target.length} elements, ${elements.length} were given`);
    }
    target.set(elements);
  }

  clear(pool: PoolName): void {
    this.#whole(pool).fill(0);
  }

  async snapshot(what: readonly (PoolName | Tensor)[]): Promise<Elements[]> {
    const copies = this.snapshotNow(what);
    await this.finished();
    return copies;
  }

  snapshotNow(what: readonly (PoolName | Tensor)[]): Elements[] {
    // All are made before one is read: making one may let the memory grow.
    for (const one of what) this.#whole(one);
    return what.map((one) => this.#whole(one).slice() as Elements);
  }

  async finished(): Promise<void> {
    await nextTask();
    this.#threads?.check();
  }

  /** Does these steps, one after the other; the blocks of one by all threads. */
  run(steps: readonly Step[]): void {
    const local = this.#local.address;
    for (const { run, args, blocks, published } of steps) {
      if (this.#threads && blocks > 1) this.#threads.run(published, blocks);
      else for (let block = 0; block < blocks; block++) run(args, block, local);
    }
  }

  /** Until no thread looks at a call that has been done. */
  settle(): void {
    this.#threads?.settle();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#threads?.stop();
  }
}

/** A call with its arguments where the kernel finds them. */
export interface Step {
  node: Node;
  kernel: string;
  run: Run;
  /** Address of the arguments. */
  args: number;
  blocks: number;
  /** Address of what threads read of the call (serve.mjs). */
  published: number;
}

interface PlanParts {
  executor: CpuExecutor;
  arena: Arena;
  locate: (tensor: Tensor) => number;
  inputs: number;
  host: HostInputs;
  owned: number[];
  released: () => void;
  lists: Record<List, Step[]>;
}

export class CpuPlan implements CompiledPlan {
  readonly lists: Record<List, Step[]>;
  readonly #parts: PlanParts;
  #destroyed = false;

  constructor(parts: PlanParts) {
    this.#parts = parts;
    this.lists = parts.lists;
  }

  host(input: Tensor): Elements | Uint32Array<ArrayBuffer> {
    return this.#parts.host.of(input);
  }

  upload(): void {
    this.#parts.arena.view.set(this.#parts.host.memory, this.#parts.inputs);
  }

  submit(lists: readonly List[]): void {
    for (const list of lists) this.#parts.executor.run(this.lists[list]);
  }

  async read(tensor: Tensor): Promise<Elements> {
    const { arena, executor, locate } = this.#parts;
    const copy = arena.floats(locate(tensor), tensor.size).slice() as Elements;
    await executor.finished();
    return copy;
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#parts.executor.settle();
    for (const address of this.#parts.owned) this.#parts.arena.free(address);
    this.#parts.released();
  }
}
