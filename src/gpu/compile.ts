/** Graph → plan: slots become buffers, kernels become pipelines and bind groups. Everything that allocates happens here, once. */
import type { CompileOptions } from '../graph/executor.ts';
import { type Graph, type Node, type Tensor, bytesPerElement, show, tensorBytes } from '../graph/graph.ts';
import type { Kernel } from '../graph/kernel.ts';
import type { PoolName } from '../graph/pool.ts';
import { cutLike, HostInputs } from '../graph/replay.ts';
import { bindingStride, layoutPlan } from './layout.ts';
import type { Memory, Slice } from './memory.ts';
import { type Dispatch, Plan } from './plan.ts';

/** Makes a graph ready to replay. UserError 'gpu-memory' where there is no room for it; nothing of it is left then. */
export async function compile(memory: Memory, graph: Graph, options: CompileOptions = {}): Promise<Plan> {
  const owned: GPUBuffer[] = [];
  try {
    return await build(memory, graph, options, owned);
  } catch (error) {
    for (const buffer of owned) memory.free(buffer);
    throw error;
  }
}

/** `owned`: where the buffers made for the plan alone are noted. */
async function build(memory: Memory, graph: Graph, options: CompileOptions, owned: GPUBuffer[]): Promise<Plan> {
  const { device } = memory;
  const label = options.label ?? 'plan';
  const {
    slotPlan,
    inputs: placed,
    uniformBytes,
    scratchBytes,
    lists,
  } = layoutPlan(graph, memory.layout, memory.context, options);
  const storage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const own = (name: string, bytes: number, usage = storage): GPUBuffer => {
    const buffer = memory.allocate(`${label} ${name}`, bytes, usage);
    owned.push(buffer);
    return buffer;
  };
  const slots = slotPlan.slots.map((bytes, i) => own(`slot ${i}`, bytes));
  const inputs = own('inputs', placed.bytes);
  const constants = new Map<Tensor, GPUBuffer>();
  for (const tensor of graph.constants.keys()) constants.set(tensor, own(tensor.name, tensorBytes(tensor)));

  const scratch = scratchBytes > 0 ? own('scratch', scratchBytes) : undefined;

  const parameterOf = new Map<Tensor, Tensor>();
  for (const [parameter, gradient] of graph.gradients) parameterOf.set(gradient, parameter);

  const locate = (tensor: Tensor): Slice => {
    switch (tensor.role) {
      case 'parameter':
        return memory.slice(tensor.name, 'parameters');
      case 'gradient':
        return memory.slice(parameterOf.get(tensor)!.name, 'gradients');
      case 'pool':
        return { buffer: memory.pool(tensor.name as PoolName), offset: 0, size: tensorBytes(tensor) };
      case 'input':
        return { buffer: inputs, offset: placed.offsets.get(tensor)!, size: tensorBytes(tensor) };
      case 'constant':
        return { buffer: constants.get(tensor)!, offset: 0, size: tensorBytes(tensor) };
      case 'copy': {
        const { buffer } = locate(tensor.copy!.in);
        return { buffer, offset: tensor.copy!.start * bytesPerElement[tensor.dtype], size: tensorBytes(tensor) };
      }
      case 'scratch':
        return { buffer: scratch!, offset: 0, size: tensorBytes(tensor) };
      case 'state':
        return { buffer: memory.state(tensor), offset: 0, size: tensorBytes(tensor) };
      case 'activation': {
        const slot = slotPlan.slotOf.get(tensor);
        if (slot === undefined) throw new Error(`compile: ${show(tensor)} is read but no node writes it`);
        return { buffer: slots[slot]!, offset: 0, size: tensorBytes(tensor) };
      }
    }
  };

  const all = [...lists.step, ...lists.accumulate, ...lists.update];
  const uniforms = own('uniforms', uniformBytes, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  // Pools and states are made when first asked for.
  for (const { kernel } of all) for (const { tensor } of kernel.bindings) locate(tensor);
  await memory.allocated();

  for (const [tensor, data] of graph.constants) device.queue.writeBuffer(constants.get(tensor)!, 0, data);
  const words = new Uint32Array(uniformBytes / 4);
  all.forEach(({ kernel }, i) => words.set(kernel.uniforms, (i * bindingStride) / 4));
  device.queue.writeBuffer(uniforms, 0, words);

  const keys = new Set(all.map(({ kernel }) => memory.pipelines.key(kernel)));
  let done = 0;
  const counted = new Set<string>();
  const dispatches: Dispatch[] = await Promise.all(
    all.map(async ({ node, kernel }, i) => {
      checkBindings(node, kernel);
      const pipeline = await memory.pipelines.get(kernel);
      const key = memory.pipelines.key(kernel);
      if (!counted.has(key)) {
        counted.add(key);
        options.onProgress?.(++done, keys.size);
      }
      const rowLabel = `${i} ${node.op.name}.${kernel.entryPoint} → ${node.outputs[0]?.name ?? ''}`;
      const bindGroup = device.createBindGroup({
        label: rowLabel,
        layout: memory.pipelines.bindGroupLayout(kernel),
        entries: [
          { binding: 0, resource: { buffer: uniforms, offset: i * bindingStride, size: bindingStride } },
          ...kernel.bindings.map(({ tensor }, k) => ({ binding: k + 1, resource: locate(tensor) })),
        ],
      });
      return { node, kernel, pipeline, bindGroup, label: rowLabel };
    }),
  );

  return new Plan({
    memory,
    graph,
    locate,
    inputs,
    host: new HostInputs(placed),
    slotOf: slotPlan.slotOf,
    owned,
    lists: cutLike(lists, dispatches),
  });
}

/** A dispatch may not read and write one tensor. */
function checkBindings(node: Node, kernel: Kernel): void {
  const writes = new Set(kernel.bindings.filter((b) => b.access === 'read_write').map((b) => b.tensor));
  for (const { tensor, access } of kernel.bindings) {
    if (access === 'read' && writes.has(tensor)) {
      throw new Error(`${node.op.name}.${kernel.entryPoint} binds ${show(tensor)} both read and read_write`);
    }
  }
}
