import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { openNullDevice, openNodeDevice } from '../../src/cli/node/dawn.ts';
import { gpu } from './device.ts';

test('a kernel computes what it says', async () => {
  const { device } = await gpu();
  const code = `
    @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { x[id.x] = id.x * id.x; }`;
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const storage = device.createBuffer({ size: 256, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ size: 256, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const layout = pipeline.getBindGroupLayout(0);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: storage } }] }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(storage, 0, staging, 0, 256);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const squares = Array.from({ length: 64 }, (_, i) => i * i);
  expect([...new Uint32Array(staging.getMappedRange())]).toEqual(squares);
  storage.destroy();
  staging.destroy();
});

test('the device has every limit of its adapter', async () => {
  const { adapter, device } = await openNodeDevice();
  expect(device.limits.maxBufferSize).toBe(adapter.limits.maxBufferSize);
  expect(device.limits.maxStorageBufferBindingSize).toBe(adapter.limits.maxStorageBufferBindingSize);
});

test('the null device compiles f16 and subgroups, and refuses what is wrong', async () => {
  const { device } = await openNullDevice();
  const compile = (body: string) =>
    device.createComputePipelineAsync({
      layout: 'auto',
      compute: {
        module: device.createShaderModule({
          code: `enable f16; enable subgroups;
            @group(0) @binding(0) var<storage, read_write> x: array<f16>;
            @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { ${body} }`,
        }),
      },
    });
  await expect(compile('x[id.x] = subgroupAdd(x[id.x]);')).resolves.toBeDefined();
  device.pushErrorScope('validation');
  await expect(compile('x[id.x] = 1u;')).rejects.toThrow('Invalid ShaderModule');
  expect((await device.popErrorScope())?.message).toContain('f16');
});

test('buffers that are being mapped may be destroyed or unmapped, and forgotten', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
  const { device } = await openNullDevice();
  for (const end of ['destroy', 'unmap'] as const) {
    await turn(); // no poll is left
    // Dawn's own answers are held until the buffers are collected, which ended the process (src/cli/node/workarounds/endAfterMap.ts).
    const polls: (() => void)[] = [];
    vi.stubGlobal('setImmediate', (poll: () => void) => polls.push(poll));
    const maps = Array.from({ length: 500 }, () => {
      const buffer = device.createBuffer({ size: 256, usage });
      const mapped = buffer.mapAsync(GPUMapMode.READ);
      buffer[end]();
      return mapped.catch(() => {});
    });
    for (let i = 0; i < 2; i++) {
      await turn();
      collect();
    }
    await turn();
    const others = Array.from({ length: 2000 }, () => device.createBuffer({ size: 256, usage })); // where they were
    vi.unstubAllGlobals();
    expect(polls.length).toBeGreaterThan(0);
    for (const poll of polls) poll();
    await Promise.all(maps);
    await turn();
    for (const other of others) other.destroy();
  }
  device.destroy();
});
