/** A run of 40 steps under its supervisor, and all that is said of it. */
import type { Notice, Rewind, RunState } from '../../../src/protocol.ts';
import { MemoryFiles } from '../../../src/storage/files.ts';
import { SlotStore } from '../../../src/storage/slots.ts';
import type { OpenBackend } from '../../../src/train/backends/backend.ts';
import type { Disturb } from '../../../src/train/run/faults.ts';
import type { MetricRow } from '../../../src/recipe/measurements.ts';
import { SupervisedRun } from '../../../src/train/run/supervisor.ts';
import { Keeper } from '../../../src/train/saved/keeper.ts';
import { Losses } from '../../../src/train/saved/reopen.ts';
import { fakeData, switchingConfig } from '../saved/fakeData.ts';
import type { RunNews } from '../../../src/train/run/listener.ts';
import { listening } from '../../../src/util/events.ts';

/** Steps in all. */
export const total = 40;

/**
 * Trains on what `open` gives for each life of the run, the first being 0; saves are due whenever the keeper's clock, which moves a minute
 * a step, says so.
 */
export async function trainSupervised(
  open: (life: number) => ReturnType<OpenBackend>,
  disturb: Disturb,
  losses = new Losses(),
) {
  let opened = 0;
  const states: RunState[] = [];
  const notices: Notice[] = [];
  const rewinds: Rewind[] = [];
  let rows: MetricRow[] = [];
  let now = 0;
  const keeper = new Keeper(
    new SlotStore(new MemoryFiles(), 'run'),
    { saved() {}, failed() {} },
    {},
    { now: () => now },
  );
  const listener = listening<RunNews>({
    state(state: RunState) {
      states.push(state);
      if (state.kind === 'preparing') run.stop();
    },
    metric(row: MetricRow) {
      now += 60_000;
      rows.push(row);
    },
    notice: (notice: Notice) => void notices.push(notice),
    rewound(rewind: Rewind) {
      rewinds.push(rewind);
      rows = rows.filter(({ step }) => step < rewind.to);
    },
  });
  const making = { config: switchingConfig, data: fakeData(switchingConfig), base: null, keeper, from: null, disturb };
  const run = new SupervisedRun(() => open(opened++), making, listener, losses);
  const failure = await run.train().catch((error: Error) => error.message);
  const isDone = states.at(-1)?.kind === 'done';
  const pools = isDone ? await (await run.live()).engine.snapshot() : null;
  const history = keeper.history.metrics.map(({ step, loss }) => [step, loss]);
  run.destroy();
  return {
    failure,
    states,
    notices,
    rewinds,
    opened,
    history,
    pools,
    losses: rows.map(({ step, loss }) => [step, loss]),
  };
}

/** The same words of every loss: which device, and from where the run goes on. */
export const goesOn = (what: string): RegExp =>
  new RegExp(`^${what}: the run continues from step \\d+, and nothing was lost\\.$`);
