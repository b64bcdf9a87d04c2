/** An experiment that loses its device goes on by itself: finished rows stay, the interrupted arm is run again, and not for ever. On the processor. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFolder } from '../../../src/cli/readFolder.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import type { Notice } from '../../../src/protocol.ts';
import { experimentNamed } from '../../../src/recipe/experiments.ts';
import type { ResultRow } from '../../../src/recipe/results/results.ts';
import { readBase } from '../../../src/train/bases/base.ts';
import { superviseExperiment } from '../../../src/train/experiment/supervisedExperiment.ts';
import { type Losable, losable } from '../../cpu/processor.ts';
import type { ExperimentNews } from '../../../src/train/experiment/listener.ts';
import { listening } from '../../../src/util/events.ts';

const config = resolveConfig({ preset: 'ci', set: ['continued.steps=16', 'evaluation.everySteps=0'] });
const arms = experimentNamed('ci').arms.slice(0, 2);
const base = await readBase(readFolder(path.resolve(import.meta.dirname, '../../../public/bases/ci-1')));

/** Runs two arms of a seed; `lose` says before which logged step of which arm the device is taken away. */
async function run(lose: (arm: string, step: number) => boolean) {
  const opened: Losable[] = [];
  const open = async () => {
    opened.push(losable());
    return opened.at(-1)!;
  };
  const rows: ResultRow[] = [];
  const notices: Notice[] = [];
  const begun: string[] = [];
  const end = await superviseExperiment(
    open,
    { experiment: { arms }, config, seeds: [1], baseOf: async () => base, done: [], stopped: () => false },
    listening<ExperimentNews>({
      begin: ({ arm }) => void begun.push(arm),
      metric({ arm, row: { step } }) {
        if (lose(arm, step)) opened.at(-1)!.lose();
      },
      row: (row) => void rows.push(row),
      notice: (notice) => void notices.push(notice),
    }),
  ).catch((error: Error) => error.message);
  return { end, rows, notices, begun, opened };
}

describe('an experiment', () => {
  it('that loses its device ends with the rows of one that kept it', async () => {
    const whole = await run(() => false);
    expect([whole.end, whole.rows.length, whole.opened.length]).toEqual([true, 3, 1]);
    const [first, second] = arms.map(({ name }) => name);
    let left = 1;
    const lost = await run((arm) => arm === second && left-- === 1);
    expect(lost.end).toBe(true);
    expect(lost.opened).toHaveLength(2);
    expect(lost.begun).toEqual([first, second, second]);
    expect(lost.notices.map(({ code, message }) => [code, message])).toEqual([
      [
        'gpu-lost',
        `The graphics driver restarted: arm ${second} of seed 1 starts again, and the 2 rows measured so far are kept.`,
      ],
    ]);
    expect(lost.rows).toEqual(whole.rows);
  });

  it('that loses it in the same arm every time is ended, and says what is kept', async () => {
    const { end, opened, rows } = await run(() => true);
    expect(end).toBe(
      `This experiment lost the GPU 3 times in arm ${arms[0]!.name} of seed 1; the one row measured so far is kept: try a smaller preset.`,
    );
    expect(opened).toHaveLength(3);
    expect(rows.map(({ arm }) => arm)).toEqual(['base']);
  });
});
