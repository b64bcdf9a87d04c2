/**
 * What a finished run shows: how the held-out losses have changed since the blend switched, for the sources that the QA
 * blend adds or raises and for the rest, and why the training loss jumped there. Numbers alone; conclusionWords.ts says
 * them. Pure: the page and the command line come to the same.
 *
 * The size of the noise. A source is measured on the same R rows every time, so a change is told row by row: with d_r
 * the change of row r, its standard error is s(d)/√R. A group's change is the plain mean over its S sources, with
 *
 *     error = √(Σ over sources of error²) / S
 *
 * It covers which text happened to be held out, not what another seed would have given.
 */
import type { RunConfig } from '../../config/run.ts';
import { sharesOf } from '../groups.ts';
import { blendBefore, raisedByQa, type RunPlan } from '../phases.ts';
import { mean, standardError } from '../statistics.ts';

/** A held-out measurement, as protocol.ts has it. */
export interface HeldOut {
  step: number;
  loss: Readonly<Record<string, number>>;
  rows?: Readonly<Record<string, readonly number[]>>;
}

/** Held-out loss of some sources, nats a token: plain means over them. */
export interface Change {
  sources: readonly string[];
  before: number;
  after: number;
  /** after − before. */
  change: number;
  /** Its standard error; null where it cannot be told: fewer than two rows, or measured without them. */
  error: number | null;
  /** Rows measured, of all its sources; 0 where unknown. */
  rows: number;
}

/** Training loss on either side of the switch: means over as many logged steps. */
export interface Jump {
  before: number;
  after: number;
  /** Held-out loss of the weights at the switch, weighed as the old and as the new blend; null where too little of a blend is measured. */
  mix: { before: number; after: number } | null;
}

export type Conclusion =
  | {
      kind: 'switched';
      step: number;
      /** The last measurement. */
      end: number;
      /** Every raised source is new to the run's continued part. */
      added: boolean;
      raised: Change;
      /** null: no other source is measured. */
      rest: Change | null;
      /** null: the training loss did not jump beyond its noise. */
      jump: Jump | null;
    }
  /** No QA blend, one that is the same as the blend before it, or one whose sources were not measured when it began. */
  | { kind: 'unswitched'; why: 'one-blend' | 'same-blend' | 'unmeasured'; from: number; end: number; all: Change };

export interface Finished {
  config: RunConfig;
  plan: RunPlan;
  heldOut: readonly HeldOut[];
  /** Logged training losses, ascending; `length` entries count. */
  losses: { step: ArrayLike<number>; loss: ArrayLike<number>; length: number };
}

/** A change of less than this many standard errors is not told from none: 95 % of a normal distribution. */
export const CLEAR = 2;

/** null: fewer than two measurements to compare. */
export function conclude({ config, plan, heldOut, losses }: Finished): Conclusion | null {
  const end = heldOut.at(-1);
  if (!end) return null;
  const { switchStep } = plan;
  const names = Object.keys(end.loss);
  const raised = raisedByQa(config);
  const others = names.filter((name) => !raised.includes(name));
  const at = heldOut.find(({ step }) => step === switchStep);
  const gained = at && changeOf(at, end, raised);
  if (gained) {
    const before = sharesOf(blendBefore(config));
    return {
      kind: 'switched',
      step: at.step,
      end: end.step,
      added: raised.every((name) => (before[name] ?? 0) === 0),
      raised: gained,
      rest: changeOf(at, end, others),
      jump: jumpOf(config, at, losses),
    };
  }
  if (switchStep !== null && end.step <= switchStep) return null;
  // The continued run where there is one, else the whole.
  const first = plan.phases.find(({ name }) => name !== 'base')?.firstStep ?? plan.firstStep;
  const from = heldOut.find(({ step }) => step >= first);
  const all = from && changeOf(from, end, names);
  if (!all) return null;
  const why = switchStep !== null ? 'unmeasured' : plan.phases.at(-1)!.name === 'qa' ? 'same-blend' : 'one-blend';
  return { kind: 'unswitched', why, from: from.step, end: end.step, all };
}

/** null: no time between the two, or none of the sources was measured at both. */
export function changeOf(from: HeldOut, to: HeldOut, wanted: readonly string[]): Change | null {
  const sources = wanted.filter((name) => Number.isFinite(from.loss[name]) && Number.isFinite(to.loss[name]));
  if (sources.length === 0 || to.step <= from.step) return null;
  const before = mean(sources.map((name) => from.loss[name]!));
  const after = mean(sources.map((name) => to.loss[name]!));
  const changes = sources.map((name) => {
    const [old, now] = [from.rows?.[name] ?? [], to.rows?.[name] ?? []];
    return old.length === now.length ? now.map((value, row) => value - old[row]!) : [];
  });
  const squares = changes.reduce((sum, list) => sum + standardError(list) ** 2, 0);
  return {
    sources,
    before,
    after,
    change: after - before,
    error: Number.isFinite(squares) ? Math.sqrt(squares) / sources.length : null,
    rows: changes.reduce((sum, list) => sum + list.length, 0),
  };
}

/**
 * Logged steps on either side that the jump is told by: the noise of a step, some 0.2 nats in small batches, comes down to a
 * twentieth, and the model has hardly learnt the new text yet.
 */
const AROUND = 20;
/** Share of a blend that must be measured for its held-out loss to stand for it. */
const COVERED = 0.9;

function jumpOf(config: RunConfig, at: HeldOut, { step, loss, length }: Finished['losses']): Jump | null {
  let first = 0;
  while (first < length && step[first]! < at.step) first++;
  const around = Math.min(AROUND, first, length - first);
  const pick = (from: number) => Array.from({ length: around }, (_, i) => loss[from + i]!).filter(Number.isFinite);
  const [old, fresh] = [pick(first - around), pick(first)];
  if (old.length < 2 || fresh.length < 2) return null;
  const [before, after] = [mean(old), mean(fresh)];
  if (Math.abs(after - before) < CLEAR * Math.hypot(standardError(old), standardError(fresh))) return null;
  const weighed = [blendBefore(config), config.continued!.qa].map((blend) => {
    const measured = Object.entries(sharesOf(blend)).filter(([name]) => name in at.loss);
    const covered = measured.reduce((sum, [, share]) => sum + share, 0);
    return covered < COVERED
      ? null
      : measured.reduce((sum, [name, share]) => sum + share * at.loss[name]!, 0) / covered;
  });
  const [mixBefore, mixAfter] = weighed as [number | null, number | null];
  return {
    before,
    after,
    mix: mixBefore === null || mixAfter === null ? null : { before: mixBefore, after: mixAfter },
  };
}
