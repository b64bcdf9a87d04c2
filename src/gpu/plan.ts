/** A compiled graph: replays fixed lists of dispatches. After compile a step writes the inputs once and submits. */
import type { CompiledPlan, List } from '../graph/executor.ts';
import { type Graph, type Node, type Tensor, show } from '../graph/graph.ts';
import type { Kernel } from '../graph/kernel.ts';
import type { HostInputs } from '../graph/replay.ts';
import type { Memory, Slice } from './memory.ts';

export interface Dispatch {
  node: Node;
  kernel: Kernel;
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
  label: string;
}

interface PlanParts {
  memory: Memory;
  graph: Graph;
  locate: (tensor: Tensor) => Slice;
  inputs: GPUBuffer;
  host: HostInputs;
  slotOf: Map<Tensor, number>;
  owned: GPUBuffer[];
  lists: Record<List, Dispatch[]>;
}

export class Plan implements CompiledPlan {
  readonly lists: Record<List, Dispatch[]>;
  readonly #parts: PlanParts;
  #destroyed = false;

  constructor(parts: PlanParts) {
    this.#parts = parts;
    this.lists = parts.lists;
  }

  /** Bytes of the buffers that belong to this plan alone: slots, inputs, uniforms. */
  get bytes(): number {
    return this.#parts.owned.reduce((sum, buffer) => sum + buffer.size, 0);
  }

  host(input: Tensor): Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
    return this.#parts.host.of(input);
  }

  /** Every input in one write. */
  upload(): void {
    this.#parts.memory.device.queue.writeBuffer(this.#parts.inputs, 0, this.#parts.host.memory);
  }

  /** One command buffer, or `parts`, alike in dispatches: a GPU finishes one before it draws the screen. */
  submit(lists: readonly List[], parts = 1): void {
    const { device, watch } = this.#parts.memory;
    const dispatches = lists.flatMap((list) => this.lists[list]);
    watch.submitted(dispatches.reduce((sum, { kernel }) => sum + (kernel.flops ?? 0), 0));
    const perSubmit = Math.ceil(dispatches.length / parts);
    for (let from = 0; from < dispatches.length; from += perSubmit) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      encodeDispatches(pass, dispatches.slice(from, from + perSubmit));
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
  }

  async read(tensor: Tensor): Promise<Float32Array<ArrayBuffer>> {
    return new Float32Array(await this.readBytes(tensor));
  }

  async readBytes(tensor: Tensor): Promise<ArrayBuffer> {
    const [bytes] = await this.#parts.memory.read([this.#parts.locate(tensor)]);
    return bytes!.slice(0, tensor.size * (tensor.dtype === 'f16' ? 2 : 4));
  }

  /** Where a tensor lies, for copies and tests. */
  locate(tensor: Tensor): Slice {
    return this.#parts.locate(tensor);
  }

  /** One row a dispatch: op, entry point, output, slot, workgroups, flops. `micros`, if given, is the time of each. */
  describe(list: List = 'step', micros?: readonly number[]): string {
    return this.lists[list]
      .map(({ node, kernel, label }, i) => {
        const outputs = node.outputs
          .map((output) => `${show(output)}${slotName(this.#parts.slotOf.get(output))}`)
          .join('; ');
        const time = micros ? ` ${micros[i]!.toFixed(0)} µs` : '';
        return `${label} | ${outputs} | ${kernel.workgroups.join('×')}${kernel.flops ? ` | ${(kernel.flops / 1e6).toFixed(2)} MFLOP` : ''}${time}`;
      })
      .join('\n');
  }

  /** Frees the plan's own buffers; pools and states stay with the memory. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    for (const buffer of this.#parts.owned) this.#parts.memory.free(buffer);
  }
}

function slotName(slot: number | undefined): string {
  return slot === undefined ? '' : ` @${slot}`;
}

function encodeDispatches(pass: GPUComputePassEncoder, dispatches: readonly Dispatch[]): void {
  let current: GPUComputePipeline | undefined;
  for (const { pipeline, bindGroup, kernel } of dispatches) {
    if (pipeline !== current) pass.setPipeline((current = pipeline));
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...kernel.workgroups);
  }
}
