/**
 * Deterministic fuzzing: case n of a seed is always the same input, so that a soak can be cut anywhere and a failure
 * repeated. Every input must be read, or refused by a UserError with a code and one sentence; where there is a clock, within a second.
 */
import { UserError } from '../../src/util/errors.ts';
import { RandomStream } from '../../src/util/random.ts';

export type Input = string | Uint8Array;

export interface Target<I extends Input = Input> {
  name: string;
  /** A valid input, most often injured where a reader is likely to trust it. */
  make(random: RandomStream): I;
  /**
   * Reads it and checks what was read. Returns what became of it, for the counts; throws a UserError where it was
   * refused, and anything else where the reader broke a promise.
   */
  feed(input: I): string | Promise<string>;
}

export interface Failure {
  seed: number;
  case: number;
  reason: string;
  input: Input;
}

export interface Report {
  cases: number;
  seconds: number;
  /** Of processor time, which on a busy machine is what an input costs. */
  cpuSeconds: number;
  slowestMs: number;
  /** How often each outcome: what `feed` returned, or the code of the refusal. */
  outcomes: Record<string, number>;
  failures: Failure[];
}

/** Milliseconds, upwards from anywhere. */
export interface Clock {
  wall(): number;
  /** Of this process. */
  cpu(): number;
}
/** For tests, which say the same on every machine: nothing takes any time. What never comes back ends by the test's time-out. */
const stopped: Clock = { wall: () => 0, cpu: () => 0 };

/** Milliseconds an input may take. */
const PATIENCE = 1000;
/** A reader that fails this often needs mending before more is learnt. */
const MOST_FAILURES = 10;

/** Runs cases from `first` on until `enough(cases, seconds)`. `tick` hears of every case before it is read. */
export async function fuzz<I extends Input>(
  target: Target<I>,
  seed: number,
  enough: (cases: number, seconds: number) => boolean,
  tick: (index: number) => void = () => {},
  clock: Clock = stopped,
): Promise<Report> {
  // Recording the stack of an error takes longer than all the rest of a refusal.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const report: Report = {
    cases: 0,
    seconds: 0,
    cpuSeconds: 0,
    slowestMs: 0,
    outcomes: Object.create(null),
    failures: [],
  };
  const cpuBegan = clock.cpu();
  const began = clock.wall();
  let before = began;
  while (!enough(report.cases, report.seconds) && report.failures.length < MOST_FAILURES) {
    const index = report.cases++;
    tick(index);
    const input = target.make(new RandomStream(seed, index));
    const outcome = await outcomeOf(target, input);
    const now = clock.wall();
    report.slowestMs = Math.max(report.slowestMs, now - before);
    const reason =
      'broken' in outcome ? outcome.broken : now - before > PATIENCE ? await slowness(target, input, clock) : null;
    if (reason !== null)
      report.failures.push({ seed, case: index, reason, input: await smallest(target, input, reason, clock) });
    else if ('name' in outcome) report.outcomes[outcome.name] = (report.outcomes[outcome.name] ?? 0) + 1;
    before = reason === null ? now : clock.wall();
    report.seconds = (before - began) / 1000;
  }
  Error.stackTraceLimit = stackTraceLimit;
  report.cpuSeconds = (clock.cpu() - cpuBegan) / 1000;
  return report;
}

type Outcome = { name: string } | { broken: string };

// oxlint-disable-next-line no-control-regex -- control characters in a message are what this looks for
const SENTENCE = /^[^\s\u0000-\u001f][^\u0000-\u001f]{8,800}[.?]$/;

async function outcomeOf<I extends Input>(target: Target<I>, input: I): Promise<Outcome> {
  let outcome: Outcome;
  try {
    outcome = { name: await target.feed(input) };
  } catch (error) {
    if (!(error instanceof UserError))
      outcome = { broken: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
    else if (error.code === undefined) outcome = { broken: `no code: ${error.message}` };
    else if (!SENTENCE.test(error.message))
      outcome = { broken: `not one clear sentence: ${JSON.stringify(error.message)}` };
    else outcome = { name: error.code };
  }
  for (const key in {}) {
    delete (Object.prototype as Record<string, unknown>)[key];
    return { broken: `Object.prototype was given the key ${key}` };
  }
  return outcome;
}

/** Read again by processor time: on a busy machine the clock alone proves nothing. */
async function slowness<I extends Input>(target: Target<I>, input: I, clock: Clock): Promise<string | null> {
  const began = clock.cpu();
  await outcomeOf(target, input);
  const milliseconds = clock.cpu() - began;
  return milliseconds > PATIENCE ? `took ${Math.round(milliseconds)} ms of processor time` : null;
}

/** Feedings spent on making a failing input smaller, and milliseconds: a slow one is kept as it is. */
const TRIALS = 2000;
const TRIAL_TIME = 5000;

/** The input with as much cut out as leaves the same failure, by removing ever smaller parts. */
async function smallest<I extends Input>(target: Target<I>, input: I, reason: string, clock: Clock): Promise<I> {
  const kind = (text: string) => text.split('\n')[0]!.replaceAll(/\d+/g, 'n');
  const fails = async (candidate: I) => {
    const outcome = await outcomeOf(target, candidate);
    return 'broken' in outcome && kind(outcome.broken) === kind(reason);
  };
  let best = input;
  let trials = 0;
  const began = clock.wall();
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < best.length && trials < TRIALS && clock.wall() - began < TRIAL_TIME; trials++) {
      const candidate = without(best, at, size);
      if (await fails(candidate)) best = candidate;
      else at += size;
    }
  }
  return best;
}

function without<I extends Input>(input: I, at: number, count: number): I {
  if (typeof input === 'string') return (input.slice(0, at) + input.slice(at + count)) as I;
  const shorter = new Uint8Array(Math.max(at, input.length - count));
  shorter.set(input.subarray(0, at));
  shorter.set(input.subarray(at + count), at);
  return shorter as I;
}
