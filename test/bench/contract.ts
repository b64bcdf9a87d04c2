/** What `npm run bench -- --json FILE` writes. Rates are null where the system does not count CPU time. */
import type { Layout } from '../../src/ops/matmul/matmul.ts';
import type { Ceilings } from './setup/roofline.ts';
import type { KernelShare } from './setup/subject.ts';

export interface StepResult {
  shape: string;
  msP50: number;
  msP95: number;
  tokensPerSecond: number;
  tokensPerCpuSecond: number | null;
  dispatches: number;
  submits: number;
  gpuBytes: number;
  /** From opening to the end of the first step, ms, in this order of shapes: later ones find pipelines of earlier ones compiled. */
  firstStepMs: number;
  /** Model FLOPs (causal attention) as a share of this adapter's best product here; null without products. */
  shareOfPeak: number | null;
  /** Tokens per second of wall time with 8 steps between two waits, as the page trains; null on a software adapter. */
  tokensPerSecondInFlight: number | null;
  /** Of the measured f32 ceiling: model FLOPs a second (in flight on a GPU, by CPU time on a software adapter). */
  shareOfF32: number;
  /** Of the measured copy rate: the least bytes of a step a second, likewise; null for f16 storage. */
  shareOfCopy: number | null;
  kernels: KernelShare[];
  /** Tokens per CPU-second on the same shape, interleaved with ours: of peers, and of engine `cpu`, our own on the processor. */
  peers: Record<string, number | null>;
  /** Tokens per second of wall time, likewise. */
  peersPerSecond: Record<string, number>;
  /** Likewise with 8 steps between two waits; empty on a software adapter. */
  peersPerSecondInFlight: Record<string, number>;
}

export interface MatmulResult {
  /** C = A·B with B transposed in memory (nt: forward), neither (nn: gradient of the input), or A (tn: gradient of the weight). */
  kind: Layout;
  m: number;
  n: number;
  k: number;
  /** On a GPU of the best of several batches, each one submission; on a software adapter of products awaited one by one. */
  gflopsPerSecond: number;
  gflopsPerCpuSecond: number | null;
  /** Of the measured f32 ceiling: by wall time on a GPU, by CPU time on a software adapter. */
  shareOfF32: number;
  peers: Record<string, number | null>;
  peersPerSecond: Record<string, number>;
}

/** A step's cost against the model's arithmetic. */
export interface ScalingResult {
  shape: string;
  parameters: number;
  /** Model FLOPs of a step. */
  flops: number;
  msP50: number;
  cpuSeconds: number | null;
  gflopsPerCpuSecond: number | null;
  /** Of the step, in neither matrix products nor attention. */
  shareBesides: number;
  gpuBytes: number;
}

export interface PeerError {
  engine: string;
  work: string;
  message: string;
}

export interface BenchReport {
  adapter: string;
  host: string;
  /** This device's measured limits: 10⁹ FLOP and 10⁹ bytes a second. */
  ceilings: Ceilings;
  /** The default preset from nothing to the end of its first step: the first time in a new process, and again. */
  start: { preset: string; coldMs: number; warmMs: number; pipelines: number } | null;
  steps: StepResult[];
  matmul: MatmulResult[];
  scaling: ScalingResult[];
  peerErrors: PeerError[];
}
