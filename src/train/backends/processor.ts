/** The processor to train on: one set of kernels, nothing to tune, nothing to lose but its threads. */
import type { RunConfig } from '../../config/run.ts';
import type { Executor } from '../../graph/executor.ts';
import type { PlanContext, PlanMemory } from '../../graph/memory.ts';
import type { PoolLayout } from '../../graph/pool.ts';
import type { AdapterReport, ProcessorFacts } from '../../protocol.ts';
import { UserError } from '../../util/errors.ts';
import { engineLayout } from '../engine/graphs.ts';
import type { Backend, Built, Compile, Loss } from './backend.ts';
import { deviceWords } from '../../words/device.ts';

/** Bytes that WebAssembly addresses. */
const mostBytes = 2 ** 32;

/** As in `processor (WebAssembly with relaxed SIMD, 2 threads)`. */
export const describeProcessor = (relaxed: boolean, threads: number): string =>
  `processor (WebAssembly with ${relaxed ? 'relaxed ' : ''}SIMD, ${threads} ${threads === 1 ? 'thread' : 'threads'})`;

export class ProcessorBackend implements Backend {
  readonly kind: Executor['kind'];
  readonly report: AdapterReport;
  readonly name: string;
  /** A software adapter's memory is the processor's too. */
  readonly context: PlanContext;
  readonly loss: Promise<Loss>;
  readonly open: Backend['open'];

  /** `description`: what a person is told of it; `facts`: what the page says in its own words; `memory`: what plans take of it. */
  constructor(
    kind: Executor['kind'],
    description: string,
    open: (layout: PoolLayout) => Promise<Executor & { loss?: Promise<void> }>,
    facts: ProcessorFacts = { threads: 1 },
    memory?: PlanMemory,
  ) {
    this.kind = kind;
    this.context = { quads: false, software: true, memory };
    this.name = facts.threads > 1 ? `${kind}, ${facts.threads} threads` : kind;
    let lose!: () => void;
    this.loss = new Promise((resolve) => (lose = () => resolve('thread')));
    this.open = async (layout) => {
      const executor = await open(layout);
      void executor.loss?.then(lose);
      return executor;
    };
    this.report = {
      processor: facts,
      vendor: '',
      architecture: '',
      description,
      software: true,
      features: [],
      maxBufferSize: mostBytes,
      maxStorageBufferBindingSize: mostBytes,
    };
  }

  async build<T extends { destroy(): void }>(config: RunConfig, compile: Compile<T>): Promise<Built<T>> {
    if (config.precision === 'f16') throw new UserError(deviceWords.noStoredF16, { code: 'config' });
    const layout = engineLayout(config, this.context);
    const executor = await this.open(layout.pools, []);
    try {
      return { made: await compile(executor, layout), notice: null };
    } catch (error) {
      executor.destroy();
      throw error;
    }
  }
}
