/** What is said where a GPU or the processor cannot do what was asked. */

export const deviceWords = {
  noMemory: (what: string, size: string, taken: string) =>
    `Not enough memory: there was no room for ${what} (${size}) beside ${taken}. Lower batch.sequences or batch.length, or choose a smaller model.`,
  /** What is told in the place of a buffer's name. */
  oneMemory: 'Everything together',
  noF16Arithmetic: 'precision is f16, which the processor cannot compute with: choose f32.',
  largeBuffer: (label: string, bytes: number, most: number) =>
    `${label} needs ${bytes} bytes in one buffer, this adapter binds at most ${most}: choose a smaller model, vocabulary or batch.`,
  noGraphicsMemory: (what: string, taken: string) =>
    `Not enough graphics memory: there was no room for ${what} beside ${taken}. Lower batch.sequences or batch.length, or choose a smaller model.`,
  noShaderF16: 'precision is f16, which this adapter has no shader-f16 for: choose f32.',
  noStoredF16: 'precision is f16, which the processor does not store: choose f32.',
  everyVariant: (first: string) =>
    `${first}, in all its variants: update the graphics driver or the browser, or use another machine.`,
  switchedOff: (kept: string) =>
    `The browser switched graphics off after repeated crashes: close all its windows and open it again; ${kept}.`,
  wrongProduct: (found: number, right: number) =>
    `This adapter computes wrongly: a product's element is ${found} where ${right} is right; update the graphics driver or the browser.`,
  doesNotLearn: (preset: string, first: number, last: number) =>
    `This adapter does not learn: the loss of preset ${preset} went from ${first} to ${last} on one repeated batch; update the graphics driver or the browser.`,
  refused: (what: string, why: string) => `The GPU refused ${what}: ${why}`,

  // Why there is no device, or no more of it.
  silentBrowser: (seconds: number) => `The browser has not answered whether there is a GPU within ${seconds} s.`,
  insecure: 'WebGPU exists on https:// and localhost only.',
  noWebGpu: 'This browser has no WebGPU.',
  noAdapter: 'The browser offers no GPU adapter.',
  gone: {
    lost: 'The browser lost the GPU.',
    hung: 'The GPU stopped answering.',
    refused: 'The GPU refused a command.',
  },
  detail: (reason: string, detail: string) => (detail === '' ? reason : `${reason} It said: ${detail}`),
  doesNotCompile: (kernel: string, reason: string) =>
    `The graphics driver does not compile the kernel ${kernel}: ${reason}`,
  threadDied: (why: string) => `A thread of the processor died: ${why}`,
  threadSilent: (seconds: number) => `no answer for ${seconds} s`,
  threadFailed: 'its own error says why',
  noScript: 'its script could not be loaded',
};
