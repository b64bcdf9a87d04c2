/**
 * What stands between us and a device: every answer of it comes through here. A device may be lost, may refuse a command without
 * saying so to whoever gave it, or may neither answer nor be lost; each of these ends every wait for it, and none is waited out.
 */
import { deviceWords } from '../words/device.ts';

/**
 * Seconds of silence that no device is given up before. Systems take a hung GPU away after 2 to 10 s, browsers after about as long,
 * and both tell; what is left for us is a hang that nobody else has noticed, where a false alarm costs more than a minute does.
 */
const least = 60;
/** … while a kernel is compiled: the slowest here took 10 s, on a machine that was busy with 20 other things. */
const leastCompiling = 600;
/** Silence is that long a multiple of the longest one after which the device did answer. */
const patience = 20;
/**
 * FLOP/s that the slowest device is believed to do, for answers that nothing is known of yet: a sixtieth of what the software
 * adapter gets out of one core (LOG.md).
 */
const slowest = 5e7;
/** Seconds between looks. A longer pause between two of them is our own: a frozen tab, a sleeping machine. */
const tick = 1;

/**
 * Why a device is of no more use. `lost`: taken away by the browser or the system, or destroyed; given up here: `hung`, for it
 * answered no more, or `refused`, for it dropped a command.
 */
export type GpuLoss = 'lost' | 'hung' | 'refused';

export class GpuGoneError extends Error {
  override readonly name = 'GpuGoneError';

  constructor(loss: GpuLoss, detail = '') {
    super(deviceWords.detail(deviceWords.gone[loss], detail));
  }
}

interface Waiting {
  /** By the watch's clock, since when nothing has been heard. */
  since: number;
  /** Seconds of silence it is left for. */
  limit: () => number;
  reject: (error: Error) => void;
}

export class GpuWatch {
  /** Resolves when the device is of no more use. */
  readonly loss: Promise<GpuLoss>;
  /** Seconds; tests wait less. */
  least = { running: least, compiling: leastCompiling };
  readonly #device: GPUDevice;
  readonly #waiting = new Set<Waiting>();
  readonly #queue = new Set<Waiting>();
  /** Seconds of waiting that this thread was awake for. */
  #clock = 0;
  #seen = 0;
  #timer: ReturnType<typeof setInterval> | null = null;
  /** The longest silence that ended in an answer of the queue. */
  #longest = 0;
  /** Operations submitted since the queue's last answer. */
  #flops = 0;
  #resolve: (loss: GpuLoss) => void = () => {};
  #gone: GpuLoss | null = null;
  /** The GPU's own words for it. */
  #detail: string | undefined;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.loss = new Promise((resolve) => (this.#resolve = resolve));
    void device.lost.then(() => this.#giveUp('lost'));
    // An error that no scope asked for: a command was dropped, and buffers hold what was there before.
    device.addEventListener('uncapturederror', (event) => {
      this.#giveUp('refused', (event as GPUUncapturedErrorEvent).error.message);
    });
  }

  /** What the queue is given to do before its next answer. */
  submitted(flops: number): void {
    this.#flops += flops;
  }

  /** An answer of the queue: that it has done what was submitted, or what came of it. Rejects with GpuGoneError where none will come. */
  async answer<T>(answer: Promise<T>): Promise<T> {
    const said = await this.#wait(
      answer,
      () => this.#limit(),
      () => {
        for (const waiting of this.#queue) {
          this.#longest = Math.max(this.#longest, this.#clock - waiting.since);
          waiting.since = this.#clock;
        }
        this.#flops = 0;
      },
    );
    // Most calls on a lost device succeed and mean nothing.
    if (this.#gone) throw new GpuGoneError(this.#gone, this.#detail);
    return said;
  }

  /** An answer that no submitted work has to be done for; it may come late all the same where the device is a processor. */
  reply<T>(reply: Promise<T>): Promise<T> {
    return this.#wait(reply, () => this.#limit());
  }

  /** That of a compilation. */
  compiled<T>(reply: Promise<T>): Promise<T> {
    return this.#wait(reply, () => this.least.compiling);
  }

  #limit(): number {
    return Math.max(this.least.running + this.#flops / slowest, patience * this.#longest);
  }

  async #wait<T>(answer: Promise<T>, limit: () => number, heard?: () => void): Promise<T> {
    answer.catch(() => {}); // what it says after that is of no interest
    if (this.#gone) throw new GpuGoneError(this.#gone, this.#detail);
    this.#pass();
    let waiting!: Waiting;
    const silence = new Promise<never>((_, reject) => (waiting = { since: this.#clock, limit, reject }));
    this.#waiting.add(waiting);
    if (heard) this.#queue.add(waiting);
    this.#timer ??= setInterval(() => this.#look(), 1000 * tick);
    try {
      return await Promise.race([answer, silence]);
    } finally {
      this.#pass();
      heard?.();
      this.#waiting.delete(waiting);
      this.#queue.delete(waiting);
      if (this.#waiting.size === 0 && this.#timer !== null) {
        clearInterval(this.#timer);
        this.#timer = null;
      }
    }
  }

  #pass(): void {
    const now = performance.now();
    if (this.#timer !== null) this.#clock += Math.min((now - this.#seen) / 1000, 2 * tick);
    this.#seen = now;
  }

  #look(): void {
    this.#pass();
    for (const { since, limit } of this.#waiting) if (this.#clock - since >= limit()) return this.#giveUp('hung');
  }

  #giveUp(loss: GpuLoss, detail?: string): void {
    if (this.#gone) return;
    this.#gone = loss;
    this.#detail = detail;
    this.#resolve(loss);
    for (const { reject } of this.#waiting) reject(new GpuGoneError(loss, detail));
    // The news of this is not waited for: where the GPU process itself hangs, it comes no more than any other.
    // Nor done at once: Dawn must not be called from within its report of an error.
    if (loss !== 'lost') setTimeout(() => this.#device.destroy());
  }
}

const watches = new WeakMap<GPUDevice, GpuWatch>();

/** The one watch of a device. */
export function watchOf(device: GPUDevice): GpuWatch {
  let watch = watches.get(device);
  if (!watch) watches.set(device, (watch = new GpuWatch(device)));
  return watch;
}
