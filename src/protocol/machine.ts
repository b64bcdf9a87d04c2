/** What a machine is and can do. */

/** What is to train: `auto` is the GPU unless there is none, or only one that the processor is better than. */
export type DeviceChoice = 'auto' | 'gpu' | 'cpu';

/** The processor, where it runs everything, in WebAssembly. */
export interface ProcessorFacts {
  threads: number;
  /** The browser gives this page no memory that threads could share: one does it all. */
  alone?: true;
  /** It was chosen, there is no GPU, only a software adapter, or one that was slower or wrong in the self-test. */
  because?: 'chosen' | 'none' | 'software' | 'slower' | 'wrong';
}

/** The machine a run uses, as far as the browser tells. */
export interface AdapterReport {
  processor?: ProcessorFacts;
  vendor: string;
  architecture: string;
  description: string;
  /** True for a software rasteriser such as SwiftShader: correct, slow. */
  software: boolean;
  features: string[];
  maxBufferSize: number;
  maxStorageBufferBindingSize: number;
}

/** Why training cannot start here, one cause each, so that the page can say what to do. */
export type NoGpuCause = 'insecure-address' | 'no-webgpu' | 'no-adapter' | 'device-refused';

/** What a check of the machine measures next. */
export type MachineProgress =
  | { kind: 'product'; side: number; done: number; total: number }
  | { kind: 'steps'; preset: string; done: number; total: number };

/** A matrix product C = A·B: `nt` as in a linear layer forward, `nn` and `tn` as in its two gradients. */
export interface ProductSpeed {
  kind: 'nt' | 'nn' | 'tn';
  m: number;
  n: number;
  k: number;
  flopsPerSecond: number;
}

/** Training steps of a preset, one after the other. FLOPs are the model's, with the causal half of attention. */
export interface StepSpeed {
  preset: string;
  parameters: number;
  msPerStep: number;
  tokensPerSecond: number;
  flopsPerSecond: number;
  /** Compiling included. */
  firstStepMs: number;
  gpuBytes: number;
}

/** The check of a machine: what its adapter offers and does. */
export interface MachineReport {
  adapter: AdapterReport;
  limits: Record<string, number>;
  products: ProductSpeed[];
  /** Smallest first; presets that would take long are left out. */
  steps: StepSpeed[];
}
