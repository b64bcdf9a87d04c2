/** Every sentence of the machine's check, in one place, so that a translation is one more file of this shape. */
import type { MachineProgress, ProductSpeed } from '../../protocol.ts';
import * as format from '../format.ts';

const three = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export const gigaflops = (flopsPerSecond: number) => three.format(flopsPerSecond / 1e9);
export const milliseconds = (ms: number) => three.format(ms);

const hour = 3600;

/** A guess at a time: whole hours from ten on, whole days from three on. */
export function about(seconds: number): string {
  if (seconds < 10 * hour) return format.duration(seconds);
  const hours = seconds / hour;
  return hours < 72 ? `${Math.round(hours)} h` : `${format.integer(hours / 24)} days`;
}

export const words = {
  heading: 'This machine',
  title: 'Rekindle, check of a machine',
  note: 'Measures matrix products and training steps in this tab. It takes about ten seconds on a GPU and a minute without one. Nothing is sent.',
  measure: 'Measure',
  again: 'Measure again',
  close: 'Close',
  busy: 'A run is in progress: stop it first, because both would share the machine.',
  waiting: 'Waiting …',
  progress: (progress: MachineProgress) =>
    progress.kind === 'product'
      ? `Products of ${progress.side} × ${progress.side} matrices, ${progress.done + 1} of ${progress.total} …`
      : `Training steps of the preset ${progress.preset} …`,
  done: 'Measured.',
  failed: (message: string) => `The check could not finish: ${message}`,

  adapter: 'Adapter',
  name: 'Name',
  kind: 'Kind',
  software: 'software: correct, but slow',
  hardware: 'GPU',
  processor: 'processor, in WebAssembly',
  features: 'Optional features',
  noFeatures: 'none (none is needed)',
  limits: 'Limits',
  limitsShown: [
    ['maxBufferSize', 'largest buffer', format.bytes],
    ['maxStorageBufferBindingSize', 'largest binding', format.bytes],
    ['maxComputeWorkgroupStorageSize', 'workgroup memory', format.bytes],
    ['maxComputeInvocationsPerWorkgroup', 'invocations a workgroup', format.integer],
  ] as const,

  products: 'Matrix products',
  productsNote: 'In f32. Forward pass and both gradients of a linear layer, checked against 64-bit arithmetic.',
  size: 'Size',
  role: { nt: 'Forward', nn: 'Input gradient', tn: 'Weight gradient' } satisfies Record<ProductSpeed['kind'], string>,

  steps: 'Training steps',
  stepsNote: (peak: number) =>
    `The arithmetic of each model compared with the best product here, ${gigaflops(peak)} GFLOP/s. The loss fell on every preset.`,
  preset: 'Preset',
  ms: 'ms a step',
  tokens: 'Tokens/s',
  gflops: 'GFLOP/s',
  share: 'Of peak',

  times: 'Whole runs, about',
  timesNote:
    'Training alone, at the speed of the measured preset closest in size. Held-out losses and samples come on top.',
  parameters: 'Parameters',
  time: 'Time',
  measured: 'measured',

  report: 'As text',
  copy: 'Copy',
  copied: 'Copied.',
  notCopied: 'The browser did not allow it: select the text and copy it yourself.',
};
