/** Two kernels that do one thing only: as many f32 multiply-adds, and as much copying, as the device can. */
import type { Subject } from './setup/subject.ts';
import type { Opened } from './rekindle.ts';

export type Ceiling = 'f32' | 'copy';

/** Multiply-adds of every chain between two tests of the loop, whose cost then is small beside them. */
const unrolled = 4;
/** Invocations of a workgroup: allowed everywhere. */
const width = 256;

/**
 * `chains` are independent vec4 sums of an invocation. On a GPU 32 multiply-adds that need not wait for each other hide the latency of
 * each, and there is work for every multiprocessor many times over. SwiftShader computes four invocations at once, so that a vec4 takes
 * four of a core's 16 vector registers: three chains are its quickest (measured 1, 2, 3 and 8: 3.1, 4.2, 7.0 and 5.1 GFLOP a CPU-second).
 */
const sizes = (software: boolean) =>
  software
    ? { chains: 3, workgroups: 32, rounds: 128, copied: 2 ** 22 }
    : { chains: 8, workgroups: 4096, rounds: 512, copied: 2 ** 26 };

/** FLOPs, or bytes read and written, of one dispatch. */
export function ceilingUnits(ceiling: Ceiling, software: boolean): number {
  const { chains, workgroups, rounds, copied } = sizes(software);
  return ceiling === 'copy' ? 2 * copied : workgroups * width * rounds * chains * 4 * 2;
}

/**
 * Every component starts at a number of its own, 1 higher in every other invocation, so that nothing is computed once for several, and
 * becomes itself·factor + addend again and again; both are 1, which the compiler cannot know.
 */
function multiplyAdds(chains: number, rounds: number): string {
  const each = (line: (chain: number) => string): string =>
    Array.from({ length: chains }, (_, i) => line(i)).join('\n');
  const round = each((i) => `c${i} = c${i} * factor + addend;`);
  return /* wgsl */ `
    @group(0) @binding(0) var<storage, read> input: array<vec4f>;
    @group(0) @binding(1) var<storage, read_write> output: array<vec4f>;
    @compute @workgroup_size(${width}) fn main(@builtin(global_invocation_id) id: vec3u) {
      let factor = input[0].x;
      let addend = input[1].x;
      let odd = f32(id.x % 2u);
      ${each((i) => `var c${i} = vec4f(${4 * i}, ${4 * i + 1}, ${4 * i + 2}, ${4 * i + 3}) + odd;`)}
      for (var i = 0; i < ${rounds / unrolled}; i++) { ${Array.from({ length: unrolled }, () => round).join('\n')} }
      output[id.x] = ${Array.from({ length: chains }, (_, i) => `c${i}`).join(' + ')};
    }`;
}

const copy = /* wgsl */ `
  @group(0) @binding(0) var<storage, read> input: array<vec4f>;
  @group(0) @binding(1) var<storage, read_write> output: array<vec4f>;
  @compute @workgroup_size(${width}) fn main(@builtin(global_invocation_id) id: vec3u) { output[id.x] = input[id.x]; }`;

/** Compiles, runs once and checks the result: a ceiling whose work was optimised away would be none. */
export async function openCeiling({ device, report: { software } }: Opened, ceiling: Ceiling): Promise<Subject> {
  const { chains, workgroups, rounds, copied } = sizes(software);
  const input =
    ceiling === 'f32' ? new Float32Array(8).fill(1) : Float32Array.from({ length: copied / 4 }, (_, i) => i);
  const groups = ceiling === 'f32' ? workgroups : copied / 16 / width;
  const bytes = 16 * groups * width;
  const usage = GPUBufferUsage;
  const from = device.createBuffer({ size: input.byteLength, usage: usage.STORAGE | usage.COPY_DST });
  const to = device.createBuffer({ size: bytes, usage: usage.STORAGE | usage.COPY_SRC });
  device.queue.writeBuffer(from, 0, input);
  const module = device.createShaderModule({ code: ceiling === 'f32' ? multiplyAdds(chains, rounds) : copy });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [from, to].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const run = async (times = 1): Promise<void> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    for (let i = 0; i < times; i++) pass.dispatchWorkgroups(groups);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
  };
  await run();
  const got = await lastFloat(device, to);
  // Of integers below 2²⁴, so exact: the last component of each chain starts at 3, 7, … and 1, and gains 1 a round; the copy ends with
  // its last index.
  const expected = ceiling === 'f32' ? chains * (rounds + 2 * chains + 2) : copied / 4 - 1;
  if (got !== expected)
    throw new Error(`the ${ceiling} ceiling's kernel gave ${got} instead of ${expected}; it measures nothing`);
  return {
    run,
    destroy() {
      from.destroy();
      to.destroy();
    },
  };
}

async function lastFloat(device: GPUDevice, buffer: GPUBuffer): Promise<number> {
  const staging = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, buffer.size - 4, staging, 0, 4);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const [value] = new Float32Array(staging.getMappedRange());
  staging.destroy();
  return value!;
}
