/** Opens subjects and runs them in bursts. The same in a Node process and in a page, which Node drives from outside. */
import { checkProduct, type Engine, type KernelShare, type Product, type Subject } from './subject.ts';
import type { StepShape } from './shapes.ts';

export type Work = { step: StepShape } | { preset: string } | { product: Product };

export interface OpenReport {
  id: number;
  /** From the first call to the end of the first run, ms: compiling, and whatever else comes first. */
  firstMs: number;
  facts: Subject['facts'];
  /** Of the first run, if it is a training step. */
  loss: number | null;
}

export interface Burst {
  /** One entry a run, ms. */
  millis: number[];
  /** Of training steps; empty for products. */
  losses: number[];
}

export class Laboratory {
  readonly #engines: Record<string, () => Promise<Engine>>;
  readonly #subjects = new Map<number, Subject>();
  #next = 0;

  constructor(engines: Record<string, () => Promise<Engine>>) {
    this.#engines = engines;
  }

  /** Opens and runs once. A product is checked against f64 before anything of it is timed. */
  async open(engineName: string, work: Work): Promise<OpenReport> {
    const start = performance.now();
    const engine = await this.#engines[engineName]!();
    let subject: Subject;
    if ('step' in work) {
      subject = await engine.openStep(work.step);
    } else if ('preset' in work) {
      subject = await engine.openPreset!(work.preset);
    } else {
      if (!engine.openProduct) throw new Error(`${engineName} offers no product of its own`);
      const product = await engine.openProduct(work.product);
      checkProduct(work.product, await product.result(), engineName);
      subject = product;
    }
    const loss = (await subject.run()) ?? null;
    const id = this.#next++;
    this.#subjects.set(id, subject);
    return { id, firstMs: performance.now() - start, facts: subject.facts, loss };
  }

  /** Runs for about `seconds`, at least once. */
  async burst(id: number, seconds: number): Promise<Burst> {
    const subject = this.#subjects.get(id)!;
    const burst: Burst = { millis: [], losses: [] };
    const start = performance.now();
    do {
      const from = performance.now();
      const loss = await subject.run();
      burst.millis.push(performance.now() - from);
      if (loss !== undefined && typeof loss === 'number') burst.losses.push(loss);
    } while (performance.now() - start < seconds * 1000);
    return burst;
  }

  /** Where a step's time goes, or nothing where the engine cannot say. */
  async kernels(id: number): Promise<KernelShare[]> {
    return (await this.#subjects.get(id)!.kernels?.()) ?? [];
  }

  close(id: number): void {
    this.#subjects.get(id)?.destroy();
    this.#subjects.delete(id);
  }
}
