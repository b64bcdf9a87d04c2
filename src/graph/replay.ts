/** What a plan is on any device: its lists, and its inputs, one piece of host memory that is brought over whole. */
import type { List } from './executor.ts';
import { type Graph, type Node, show, type Tensor, tensorBytes } from './graph.ts';

type Elements = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** What becomes of the nodes in each of the three lists, by what `lower` makes of one. */
export function listsOf<T>(
  nodes: readonly Node[],
  accumulation: boolean,
  lower: (node: Node, accumulating: boolean) => readonly T[],
): Record<List, T[]> {
  const lowered = (phase: Node['phase'], accumulating: boolean): T[] =>
    nodes.filter((node) => node.phase === phase).flatMap((node) => lower(node, accumulating));
  return {
    step: lowered('step', false),
    accumulate: accumulation ? lowered('step', true) : [],
    update: lowered('update', false),
  };
}

/** `all`, one for each entry of the lists in their order, as such lists again. */
export function cutLike<T>(lists: Record<List, readonly unknown[]>, all: readonly T[]): Record<List, T[]> {
  const [first, second] = [lists.step.length, lists.step.length + lists.accumulate.length];
  return { step: all.slice(0, first), accumulate: all.slice(first, second), update: all.slice(second) };
}

/** Byte offsets of a graph's inputs, multiples of `align`, and the bytes of all. */
export function placeInputs({ inputs }: Graph, align = 4): { offsets: Map<Tensor, number>; bytes: number } {
  const offsets = new Map<Tensor, number>();
  let bytes = 0;
  for (const input of inputs) {
    offsets.set(input, bytes);
    bytes += Math.ceil(tensorBytes(input) / align) * align;
  }
  return { offsets, bytes };
}

export class HostInputs {
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly #offsets: ReadonlyMap<Tensor, number>;
  readonly #views = new Map<Tensor, Elements>();

  constructor({ offsets, bytes }: { offsets: ReadonlyMap<Tensor, number>; bytes: number }) {
    this.memory = new Uint8Array(bytes);
    this.#offsets = offsets;
  }

  /** The elements of one, f32 or u32 by its dtype: the same at each call. */
  of(input: Tensor): Elements {
    let view = this.#views.get(input);
    if (!view) {
      const offset = this.#offsets.get(input);
      if (offset === undefined) throw new Error(`${show(input)} is not an input of this plan`);
      const Kind = input.dtype === 'u32' ? Uint32Array<ArrayBuffer> : Float32Array<ArrayBuffer>;
      this.#views.set(input, (view = new Kind(this.memory.buffer, offset, input.size)));
    }
    return view;
  }
}
