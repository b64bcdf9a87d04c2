/** The page's way to a device: every cause for having none is told apart, so that the page can say what to do. */
import type { AdapterReport, NoGpuCause } from '../protocol.ts';
import { deviceWords } from '../words/device.ts';

export interface OpenDevice {
  device: GPUDevice;
  report: AdapterReport;
}

/** What the engine has a use for; those the adapter lacks are left out. */
const optionalFeatures: readonly GPUFeatureName[] = ['subgroups', 'shader-f16', 'timestamp-query'];

/** Seconds for the browser to answer a request: a hung GPU process answers none, and starting one takes seconds at worst. */
const patience = 60;

type Answer = OpenDevice | { cause: NoGpuCause; message: string };

export async function openDevice(): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<Answer>((resolve) => {
    const message = deviceWords.silentBrowser(patience);
    timer = setTimeout(resolve, 1000 * patience, { cause: 'no-adapter', message });
  });
  return Promise.race([ask(), silence]).finally(() => clearTimeout(timer));
}

async function ask(): Promise<Answer> {
  if (!globalThis.isSecureContext) return { cause: 'insecure-address', message: deviceWords.insecure };
  if (!navigator.gpu) return { cause: 'no-webgpu', message: deviceWords.noWebGpu };
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return { cause: 'no-adapter', message: deviceWords.noAdapter };
  // Defaults are the smallest limits any device offers; logits of a mid-sized model do not fit into them.
  const requiredLimits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const limit: unknown = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof limit === 'number') requiredLimits[name] = limit;
  }
  const requiredFeatures = optionalFeatures.filter((name) => adapter.features.has(name));
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  } catch (error) {
    return { cause: 'device-refused', message: error instanceof Error ? error.message : String(error) };
  }
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const report: AdapterReport = {
    vendor,
    architecture,
    description,
    software: isFallbackAdapter || architecture === 'swiftshader',
    features: [...device.features].sort(),
    maxBufferSize: device.limits.maxBufferSize,
    maxStorageBufferBindingSize: device.limits.maxStorageBufferBindingSize,
  };
  return { device, report };
}
