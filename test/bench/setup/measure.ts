/** Several engines on the same work, in turns, so that whatever else the machine does meets all of them. */
import type { Host } from './hosts.ts';
import type { Depth, OpenReport, Work } from './laboratory.ts';
import { within } from './within.ts';

export interface Plan {
  engines: readonly string[];
  /** Turns of every engine. */
  rounds: number;
  /** Each engine is measured at each of them in each round. */
  depths: readonly Depth[];
  /** Of all timed bursts together, s; each does something at least once. */
  seconds: number;
  /** Longest wait for a peer's opening or burst, s; one that takes longer is given up. Our own engine is waited for. */
  patience: number;
}

/** Of all bursts at one depth. */
export interface Timing {
  /** Of a unit of work, one entry for every wait; sorted. */
  millis: number[];
  /** Units of work done. */
  units: number;
  cpuSeconds: number | null;
  wallSeconds: number;
}

export interface Measured extends OpenReport {
  /** One for each of the plan's depths. */
  timings: Timing[];
}

export type Outcome = { measured: Measured } | { error: string };

/** Our engine with every feature the adapter has, with f16 storage besides, and with none. */
const isOurs = (engine: string): boolean => ['rekindle', 'half', 'plain'].includes(engine);

/** Opens each engine, runs them in turns, closes them. Whoever fails is reported and left out of later rounds. */
export async function measure(host: Host, work: Work, plan: Plan, use?: (measured: Measured) => Promise<void>) {
  const outcomes = new Map<string, Outcome>();
  const losses = new Map<string, number[]>();
  const attempt = async (engine: string, what: () => Promise<void>): Promise<void> => {
    const before = outcomes.get(engine);
    if (before && 'error' in before) return;
    try {
      await (isOurs(engine) ? what() : within(what(), plan.patience));
    } catch (error) {
      outcomes.set(engine, { error: error instanceof Error ? error.message : String(error) });
      await host.abandon?.(engine);
    }
  };
  const measuredOf = (engine: string): Measured => (outcomes.get(engine) as { measured: Measured }).measured;

  for (const engine of plan.engines) {
    await attempt(engine, async () => {
      const opened = await host.open(engine, work);
      losses.set(engine, opened.loss === null ? [] : [opened.loss]);
      const cpuSeconds = host.cpuSeconds() === null ? null : 0;
      const timings = plan.depths.map((): Timing => ({ millis: [], units: 0, cpuSeconds, wallSeconds: 0 }));
      outcomes.set(engine, { measured: { ...opened, timings } });
    });
  }
  const share = plan.seconds / (plan.engines.length * plan.rounds * plan.depths.length);
  for (let round = 0; round < plan.rounds; round++) {
    for (const engine of plan.engines) {
      await attempt(engine, async () => {
        const measured = measuredOf(engine);
        for (const [i, depth] of plan.depths.entries()) {
          const timing = measured.timings[i]!;
          const [cpu, from] = [host.cpuSeconds(), performance.now()];
          const burst = await host.burst({ engine, id: measured.id }, share, depth);
          if (timing.cpuSeconds !== null) timing.cpuSeconds += host.cpuSeconds()! - cpu!;
          timing.wallSeconds += (performance.now() - from) / 1000;
          timing.millis.push(...burst.millis);
          timing.units += burst.units;
          losses.get(engine)!.push(...burst.losses);
        }
      });
    }
  }
  for (const engine of plan.engines) {
    await attempt(engine, async () => {
      const measured = measuredOf(engine);
      for (const { millis } of measured.timings) millis.sort((a, b) => a - b);
      const seen = losses.get(engine)!;
      if (seen.length > 0 && !(seen.at(-1)! < seen[0]!)) throw new Error(`its loss does not fall: ${seen.join(', ')}`);
      if (engine === plan.engines[0]) await use?.(measured);
      await host.close({ engine, id: measured.id });
    });
  }
  return outcomes;
}

export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;

/** Units a second of wall and of CPU time, when a unit of work is so many. */
export function ratesOf({ units, cpuSeconds, wallSeconds }: Timing, perUnit: number) {
  return {
    perSecond: (units * perUnit) / wallSeconds,
    perCpuSecond: cpuSeconds === null ? null : (units * perUnit) / Math.max(cpuSeconds, 1e-3),
  };
}

/** Units a second of the quickest batch: what else the machine did only took away from it. */
export const bestRate = ({ millis }: Timing, perUnit: number): number => (1000 * perUnit) / millis[0]!;
