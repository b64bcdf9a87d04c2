/** Opens subjects and runs them in bursts. The same in a Node process and in a page, which Node drives from outside. */
import type { Ceiling } from '../ceilings.ts';
import { checkProduct, type Engine, type KernelShare, type Product, type Subject } from './subject.ts';
import type { StepShape } from '../shapes.ts';

export type Work = { step: StepShape } | { preset: string } | { product: Product } | { ceiling: Ceiling };

/** Units of work between two waits for the device: so many, or as many as last `batchMs`. */
export type Depth = number | 'batch';

/** Length of a batch, ms: the wait at its end, up to some 2 ms in a browser, is small beside it. */
const batchMs = 20;
/** Most units of a batch: peers hold every result of one, 1 MB each where products are quick enough to come here. */
const largestBatch = 1024;

export interface OpenReport {
  id: number;
  /** From the first call to the end of the first run, ms: compiling, and whatever else comes first. */
  firstMs: number;
  facts: Subject['facts'];
  /** Of the first run, if it is a training step. */
  loss: number | null;
}

export interface Burst {
  /** One entry for every wait: ms of a unit of work, on average over the units before it. */
  millis: number[];
  /** Units of work done. */
  units: number;
  /** Of training steps, the last one before each wait; empty for products. */
  losses: number[];
}

export class Laboratory {
  readonly #engines: Record<string, () => Promise<Engine>>;
  readonly #subjects = new Map<number, Subject>();
  readonly #batches = new Map<number, number>();
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
    } else if ('ceiling' in work) {
      subject = await engine.openCeiling!(work.ceiling);
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
  async burst(id: number, seconds: number, depth: Depth): Promise<Burst> {
    const subject = this.#subjects.get(id)!;
    const count = depth === 'batch' ? await this.#batchOf(id, subject) : depth;
    const burst: Burst = { millis: [], units: 0, losses: [] };
    const start = performance.now();
    do {
      const from = performance.now();
      const loss = await subject.run(count);
      burst.millis.push((performance.now() - from) / count);
      burst.units += count;
      if (loss !== undefined && typeof loss === 'number') burst.losses.push(loss);
    } while (performance.now() - start < seconds * 1000);
    return burst;
  }

  /** How many units a batch has: found once a subject, by batches that grow until the work outweighs the wait. */
  async #batchOf(id: number, subject: Subject): Promise<number> {
    for (let count = 1; !this.#batches.has(id); count *= 4) {
      const from = performance.now();
      await subject.run(count);
      const millis = performance.now() - from;
      if (millis < batchMs / 2 && count < largestBatch) continue;
      this.#batches.set(id, Math.min(largestBatch, Math.max(1, Math.round((count * batchMs) / millis))));
    }
    return this.#batches.get(id)!;
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
