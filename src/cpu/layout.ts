/** What a graph takes of the processor's memory and which calls run it, worked out before any of it is taken: the executor takes just this. */
import type { List } from '../graph/executor.ts';
import { type Graph, type Node, type Tensor, tensorBytes } from '../graph/graph.ts';
import type { PlanMemory, PlanOptions } from '../graph/memory.ts';
import { planSlots, type SlotPlan } from '../graph/plan.ts';
import { pruneDead } from '../graph/prune.ts';
import { listsOf, placeInputs } from '../graph/replay.ts';
import { type PoolName, poolSize } from '../graph/pool.ts';
import { pieceBytes } from './arena.ts';
import { type Call, placeOf } from './kernel.ts';
import { lower } from './lower.ts';
import { callWords } from './serve.mjs';

/** Words in front of a call's arguments, which threads read of it. */
export const publishedWords = Object.keys(callWords).length;

export interface CpuLayout {
  slotPlan: SlotPlan;
  inputs: ReturnType<typeof placeInputs>;
  lists: Record<List, { node: Node; call: Call }[]>;
  /** Of all lists, in their order. */
  all: readonly { node: Node; call: Call }[];
  /** Bytes of all calls' words and arguments. */
  argumentBytes: number;
  /** Bytes that the call which needs most leaves for the next, and that a block of one uses of its thread's own memory. */
  scratch: number;
  local: number;
}

export function layoutCalls(graph: Graph, options: PlanOptions): CpuLayout {
  const nodes = pruneDead(graph.nodes, options.keep ?? []);
  const lists = listsOf(nodes, options.accumulation === true, (node, accumulating) =>
    lower(node, accumulating).map((call) => ({ node, call })),
  );
  const all = [...lists.step, ...lists.accumulate, ...lists.update];
  const most = (of: 'scratch' | 'local'): number => all.reduce((bytes, { call }) => Math.max(bytes, call[of]), 0);
  return {
    slotPlan: planSlots(graph, nodes, options.keep),
    inputs: placeInputs(graph),
    lists,
    all,
    argumentBytes: all.reduce((bytes, { call }) => bytes + 4 * (publishedWords + call.values.length), 0),
    scratch: most('scratch'),
    local: most('local'),
  };
}

/** The pool that a tensor lies in; null: it is none's. */
const poolOf = ({ role, name }: Tensor): PoolName | null =>
  role === 'parameter' ? 'parameters' : role === 'gradient' ? 'gradients' : role === 'pool' ? (name as PoolName) : null;

/** What plans take of an executor with so many threads. Pools and states are those that calls point to. */
export const planMemory =
  (threads: number): PlanMemory =>
  (graph, pools, options) => {
    const { slotPlan, inputs, all, argumentBytes, scratch, local } = layoutCalls(graph, options);
    const shared = new Map<string, number>();
    for (const { call } of all) {
      for (const { tensor } of call.values.flatMap((value) => placeOf(value) ?? [])) {
        if (tensor === 'scratch') continue;
        const pool = poolOf(tensor);
        if (pool !== null) shared.set(pool, 4 * poolSize(pools, pool));
        if (tensor.role === 'state') shared.set(tensor.name, tensorBytes(tensor));
      }
    }
    shared.set('scratch', scratch).set('threads', threads * pieceBytes(local));
    const need = (name: string, bytes: number) => ({ name, bytes: pieceBytes(bytes) });
    const largestIn = new Map([...slotPlan.slotOf].toReversed().map(([tensor, slot]) => [slot, tensor.name]));
    return {
      own: [
        ...slotPlan.slots.map((bytes, slot) => need(largestIn.get(slot)!, bytes)),
        need('inputs', inputs.bytes),
        ...[...graph.constants.keys()].map((tensor) => need(tensor.name, tensorBytes(tensor))),
        need('arguments', argumentBytes),
      ],
      shared: [...shared].map(([name, bytes]) => need(name, bytes)),
    };
  };
