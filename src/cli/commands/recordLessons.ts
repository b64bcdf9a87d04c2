/**
 * `npm run recipe -- lessons --device cpu`: trains every run of every lesson with each of three seeds, and puts what they measured where
 * the page shows it as recorded (`public/lessons/recorded`). A run that continues a shipped base is some seconds long.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BenchmarkPoint, HeldOutPoint } from '../../protocol.ts';
import {
  LESSON_NAMES,
  type Lesson,
  lessonConfig,
  LESSONS,
  readLesson,
  recordedAt,
  type RecordedLesson,
} from '../../recipe/lessons/lesson.ts';
import { curveOf, type DeviceClass, type LessonRun } from '../../recipe/lessons/measure.ts';
import { planRun } from '../../recipe/phases.ts';
import type { Backend } from '../../train/backends/backend.ts';
import { prepareData } from '../../train/run/data.ts';
import type { RunNews } from '../../train/run/listener.ts';
import { Run } from '../../train/run/run.ts';
import { UserError } from '../../util/errors.ts';
import { command } from '../commands.ts';
import { describeAdapter } from '../describeAdapter.ts';
import { type Host, INTERRUPTED } from '../host.ts';
import { deviceFlags, fetchShard, shippedBases } from '../inputs.ts';
import { choice } from '../kinds.ts';
import { projectRoot } from '../node/project.mjs';
import { readJson } from '../readJson.ts';
import { lessonsWords } from '../words/lessons.ts';
import { listening } from '../../util/events.ts';
import type { MetricRow } from '../../recipe/measurements.ts';

/** Three have a range; bases of these are shipped. */
const SEEDS = [1, 2, 3];
/** Digits kept of a measurement: texts show two or three. */
const DIGITS = 5;

const round = (value: number): number => Number(value.toPrecision(DIGITS));
const rounded = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)]));

export function lessonOf(name: string): Lesson {
  const file = path.join(projectRoot, 'public', LESSONS, `${name}.json`);
  const read = readLesson(readJson(file));
  if ('faults' in read) throw new UserError(lessonsWords.faults(file, read.faults));
  return read.lesson;
}

const deviceOf = ({ report }: Backend): DeviceClass =>
  report.processor ? 'processor' : report.software ? 'software' : 'gpu';

/** Trains one run of a lesson; null: a person ended it. */
async function train(
  lesson: Lesson,
  name: string,
  seed: number,
  backend: Backend,
  host: Host,
): Promise<LessonRun | null> {
  const config = lessonConfig(lesson, name, { seed: String(seed) });
  const base = await shippedBases().shipped(config);
  const data = await prepareData(config, [], fetchShard, () => {}, base);
  const metrics: MetricRow[] = [];
  const heldOut: HeldOutPoint[] = [];
  const benchmarks: BenchmarkPoint[] = [];
  const listener = listening<RunNews>({
    metric: (row) => void metrics.push(row),
    heldOut: (point) => void heldOut.push(point),
    benchmark: (point) => void benchmarks.push(point),
  });
  const run = await Run.create(backend, config, data, listener, base);
  const stop = (): void => run.stop();
  host.ended.addEventListener('abort', stop);
  const started = performance.now();
  try {
    const end = await run.train();
    if (end.kind === 'stopped') return null;
    // A rate may be chosen for a run to diverge: it has what was measured until then.
    host.say(lessonsWords.run(name, seed, end.kind, metrics.length));
    const plan = planRun(config, base ? 'continued' : 'all');
    const continuedFrom = config.base.steps;
    const logged = metrics.filter(({ step }) => step >= continuedFrom);
    const after = <T extends { step: number }>(points: readonly T[]): T[] =>
      points.filter(({ step }) => step >= continuedFrom);
    return {
      run: name,
      seed,
      device: deviceOf(backend),
      seconds: Math.round((performance.now() - started) / 100) / 10,
      firstStep: continuedFrom,
      endStep: plan.endStep,
      switchStep: plan.switchStep,
      tokens: plan.tokensBefore(plan.endStep) - plan.tokensBefore(continuedFrom),
      curve: curveOf(
        logged.map(({ step }) => step),
        logged.map(({ loss }) => loss),
        logged.length,
      ),
      heldOut: after(heldOut).map(({ step, loss }) => ({ step, loss: rounded(loss) })),
      accuracy: after(benchmarks).map(({ step, suites }) => ({
        step,
        share: rounded(Object.fromEntries(suites.map((suite) => [suite.name, suite.accuracy]))),
      })),
    };
  } finally {
    host.ended.removeEventListener('abort', stop);
    run.destroy();
  }
}

export const lessonsCommand = command({
  name: 'lessons',
  about: lessonsWords.about,
  flags: {
    ...deviceFlags,
    only: { kind: choice('LESSON', LESSON_NAMES), about: lessonsWords.only, many: true },
  },
  example: 'lessons --device cpu',
  async run({ device, only }, host) {
    const backend = await host.open(device);
    const adapter = describeAdapter(backend.report).split(/[(,;]/)[0]!.trim(); // without threads and features
    for (const name of only && only.length > 0 ? only : LESSON_NAMES) {
      const lesson = lessonOf(name);
      const runs: LessonRun[] = [];
      host.say(lessonsWords.lesson(name));
      for (const run of Object.keys(lesson.runs)) {
        for (const seed of SEEDS) {
          const made = await train(lesson, run, seed, backend, host);
          if (!made) return INTERRUPTED;
          runs.push(made);
        }
      }
      const file = path.join(projectRoot, 'public', recordedAt(name));
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify({ adapter, runs } satisfies RecordedLesson)}\n`);
    }
  },
});
