/** Several engines on the same work, in turns, so that whatever else the machine does meets all of them. */
import type { Host } from './hosts.ts';
import type { OpenReport, Work } from './laboratory.ts';

export interface Plan {
  engines: readonly string[];
  rounds: number;
  /** Of one engine in one round, at least one run. */
  seconds: number;
  /** Longest wait for a peer's opening or burst, s; one that takes longer is given up. Our own engine is waited for. */
  patience: number;
}

export interface Measured extends OpenReport {
  /** Sorted. */
  millis: number[];
  cpuSeconds: number | null;
  wallSeconds: number;
}

export type Outcome = { measured: Measured } | { error: string };

/** Our engine with every feature the adapter has, with f16 storage besides, and with none. */
const isOurs = (engine: string): boolean => ['rekindle', 'half', 'plain'].includes(engine);

async function within<T>(work: Promise<T>, seconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

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
      outcomes.set(engine, { measured: { ...opened, millis: [], cpuSeconds, wallSeconds: 0 } });
    });
  }
  for (let round = 0; round < plan.rounds; round++) {
    for (const engine of plan.engines) {
      await attempt(engine, async () => {
        const measured = measuredOf(engine);
        const [cpu, from] = [host.cpuSeconds(), performance.now()];
        const burst = await host.burst({ engine, id: measured.id }, plan.seconds);
        if (measured.cpuSeconds !== null) measured.cpuSeconds += host.cpuSeconds()! - cpu!;
        measured.wallSeconds += (performance.now() - from) / 1000;
        measured.millis.push(...burst.millis);
        losses.get(engine)!.push(...burst.losses);
      });
    }
  }
  for (const engine of plan.engines) {
    await attempt(engine, async () => {
      const measured = measuredOf(engine);
      measured.millis.sort((a, b) => a - b);
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

/** Units a second of wall and of CPU time, when a run is so many units. */
export function ratesOf({ millis, cpuSeconds, wallSeconds }: Measured, unitsPerRun: number) {
  const units = millis.length * unitsPerRun;
  return {
    perSecond: units / wallSeconds,
    perCpuSecond: cpuSeconds === null ? null : units / Math.max(cpuSeconds, 1e-3),
  };
}
