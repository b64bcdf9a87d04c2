/** WebGPU without a browser: Dawn, Chromium's own implementation, as a Node add-on. */
import { create, globals } from 'webgpu';
import type { AdapterReport } from '../../protocol.ts';
import { UserError } from '../../util/errors.ts';
import { optionalFeatures } from '../describeAdapter.ts';
import { commonWords } from '../words/common.ts';
import { ensureChromium } from './installChromium.mjs';
import { endAfterMap } from './workarounds/endAfterMap.ts';
import { choosePolling } from './workarounds/pollSlowly.ts';
import { describeSearch, loadVulkan, vulkanAvailable } from './vulkan.mjs';
import { setupWords } from '../words/setup.mjs';

export interface NodeDevice {
  adapter: GPUAdapter;
  device: GPUDevice;
  report: AdapterReport;
}

export interface NodeDeviceOptions {
  /** Optional features to ask for; those the adapter lacks are left out. */
  features?: readonly GPUFeatureName[];
  /** Take a software adapter even where there is a GPU. */
  software?: boolean;
}

/** Dawn's instances: one that is collected takes its devices with it, so each is kept as long as the process. */
const instances: GPU[] = [];

function instance(flags: string[]): GPU {
  if (instances.length === 0) {
    // GPUBufferUsage and the other constants that a page finds as globals
    Object.assign(globalThis, globals);
    endAfterMap(GPUBuffer.prototype);
  }
  const gpu = create(flags);
  instances.push(gpu);
  return gpu;
}

/** `limits`: those to raise from the defaults, which are the smallest that any device has to offer. */
async function open(
  adapter: GPUAdapter,
  features: readonly GPUFeatureName[],
  limits: Partial<GPUSupportedLimits>,
): Promise<NodeDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name in limits) {
    const limit: unknown = limits[name as keyof GPUSupportedLimits];
    if (typeof limit === 'number') requiredLimits[name] = limit;
  }
  const requiredFeatures = features.filter((name) => adapter.features.has(name));
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const report: AdapterReport = {
    vendor,
    architecture,
    description,
    software: isFallbackAdapter,
    features: [...device.features].sort(),
    maxBufferSize: device.limits.maxBufferSize,
    maxStorageBufferBindingSize: device.limits.maxStorageBufferBindingSize,
  };
  return { adapter, device, report };
}

/**
 * A device on this machine's GPU, or on the software adapter where there is none, with all limits the adapter has.
 * Where there is neither it installs the Chromium that brings the latter. Throws one sentence with a remedy if that fails.
 */
export async function openNodeDevice(options: NodeDeviceOptions = {}): Promise<NodeDevice> {
  if (!vulkanAvailable()) ensureChromium();
  loadVulkan();
  // Dawn rounds timestamps to 65 µs by default, longer than most kernels run; that guards web pages, not a terminal.
  const gpu = instance(['disable-dawn-features=timestamp_quantization']);
  const adapter = await gpu.requestAdapter({
    powerPreference: 'high-performance',
    forceFallbackAdapter: options.software ?? false,
  });
  if (!adapter) {
    const tried = process.platform === 'linux' ? ` ${describeSearch()}` : '';
    throw new UserError(commonWords.noAdapter(tried));
  }
  choosePolling(adapter.info.isFallbackAdapter);
  // All that the adapter has: logits of a mid-sized model do not fit into the defaults.
  return open(adapter, options.features ?? optionalFeatures, adapter.limits);
}

/**
 * A device that checks and compiles everything and computes nothing, on any machine. It accepts `shader-f16` and `subgroups`
 * whatever the hardware, so that every variant of a shader can be validated, and has the limits that every device has: 16 KiB of memory and
 * 256 invocations a workgroup.
 */
export async function openNullDevice(): Promise<NodeDevice> {
  const adapter = await instance(['backend=null']).requestAdapter();
  if (!adapter) throw new Error(setupWords.noNullDevice);
  return open(adapter, optionalFeatures, {});
}
