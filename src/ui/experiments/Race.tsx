/** The arms side by side as they train: their loss, and what they can answer, over the tokens since the base. */
import { useSignal } from '@preact/signals';
import { continuedConfig, type Experiment } from '../../recipe/experiments.ts';
import { blendSwitch } from '../../recipe/phases.ts';
import type { RunConfig } from '../../config/run.ts';
import type { Look } from './look.ts';
import { type Line, LineChart } from './LineChart.tsx';
import { BASE, chanceOfBenchmarks, meanLine, RETENTION, type Results, type Scored, type Trace } from './results.ts';
import { words } from './words.ts';
import * as format from '../format.ts';

export interface RaceProps {
  experiment: Experiment;
  results: Results;
  looks: ReadonlyMap<string, Look>;
  config: RunConfig;
  /** The arm under way, shown live; its seed is the one shown unless the reader chose another. */
  running: { arm: string; seed: number } | null;
}

const LOSS_HEIGHT = 260;
const SCORE_HEIGHT = 250;
const BASE_LOOK: Look = { colour: 'var(--ink)', dash: '', width: 1.75 };

export function Race({ experiment, results, looks, config, running }: RaceProps) {
  const chosen = useSignal<number | null>(null);
  const seeds = [...new Set(results.traces.filter(({ arm }) => arm !== BASE).map(({ seed }) => seed))].sort(
    (a, b) => a - b,
  );
  // 0 stands for the mean of all.
  const seed = chosen.value ?? running?.seed ?? 0;
  const tokensPerStep = config.batch.sequences * config.batch.length * config.batch.accumulation;
  const tokens = (step: number) => (step - config.base.steps) * tokensPerStep;
  const plans = new Map(experiment.arms.map((arm) => [arm.name, continuedConfig(arm, config)]));
  const switchOf = (arm: string) => {
    const step = blendSwitch(plans.get(arm)!);
    return step === null || step === 0 ? null : step * tokensPerStep;
  };
  const end = Math.max(...[...plans.values()].map(({ steps }) => steps)) * tokensPerStep;
  const ruleAt = plans.has('recipe') ? switchOf('recipe') : null;
  const rule = ruleAt === null ? null : { x: ruleAt, name: words.race.switchRule };
  const traces = results.traces.filter((trace) => seed === 0 || trace.seed === seed);

  const linesOf = (pointsOf: (trace: Trace) => [number, number][], marked: boolean): Line[] =>
    experiment.arms.map(({ name }) => ({
      name,
      look: looks.get(name)!,
      ring: switchOf(name),
      live: !marked && running?.arm === name && (seed === 0 || running.seed === seed),
      marked,
      points: meanLine(traces.filter(({ arm }) => arm === name).map(pointsOf)).map(([step, value]) => [
        tokens(step),
        value,
      ]),
    }));
  const scoreLines = (of: (scored: Scored) => number | null | undefined): Line[] => {
    const start = (one: number): [number, number][] => {
      const value = of({ step: 0, ...results.rows.find((row) => row.arm === BASE && row.seed === one) });
      return typeof value === 'number' ? [[config.base.steps, value]] : [];
    };
    const points = (trace: Trace) => [
      ...(trace.points.length > 0 ? start(trace.seed) : []),
      ...trace.points.flatMap((point): [number, number][] => {
        const value = of(point);
        return typeof value === 'number' ? [[point.step, value]] : [];
      }),
    ];
    return linesOf(points, true);
  };
  const lastOf = (lines: readonly Line[], write: (value: number) => string) =>
    lines.flatMap(({ name, points }) => (points.length > 0 ? [words.race.end(name, write(points.at(-1)![1]))] : []));
  const percent = (share: number) => String(Math.round(100 * share));

  const baseTrace =
    running?.arm === BASE ? results.traces.find((trace) => trace.arm === BASE && trace.seed === running.seed) : null;
  const loss = linesOf(({ curve }) => curve, false);
  const scores = [
    {
      title: words.race.benchmarks,
      of: (one: Scored) => one.averageWithoutRetention,
      chance: chanceOfBenchmarks(results),
    },
    { title: words.race.retention, of: (one: Scored) => one.retention, chance: results.chance?.suites[RETENTION] },
  ];
  return (
    <section>
      <h2>{words.race.heading}</h2>
      {seeds.length > 1 && (
        <label class="seed-choice">
          <span class="note">{words.race.seed}</span>
          <select value={seed} onChange={(event) => (chosen.value = Number(event.currentTarget.value))}>
            <option value={0}>{words.race.allSeeds}</option>
            {seeds.map((one) => (
              <option key={one} value={one}>
                {words.race.seedOption(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      {baseTrace ? (
        <LineChart
          title={words.race.baseLoss}
          summary={words.race.lossSummary([])}
          lines={[{ name: BASE, look: BASE_LOOK, ring: null, live: true, points: baseTrace.curve }]}
          to={config.base.steps}
          xName={words.race.steps}
          rule={null}
          write={(value) => value.toFixed(1)}
          least={0.1}
          height={LOSS_HEIGHT}
        />
      ) : (
        <LineChart
          title={words.race.loss}
          summary={words.race.lossSummary(lastOf(loss, format.loss))}
          lines={loss}
          to={end}
          xName={words.race.tokens}
          rule={rule}
          write={(value) => value.toFixed(2)}
          least={0.05}
          height={LOSS_HEIGHT}
        />
      )}
      <p class="note">{words.race.lossNote}</p>
      <div class="pair">
        {scores.map(({ title, of, chance }) => {
          const lines = scoreLines(of);
          return (
            <LineChart
              key={title}
              title={words.race.scoreTitle(title, chance)}
              summary={words.race.scoreSummary(title, lastOf(lines, format.percent))}
              lines={lines}
              to={end}
              xName={words.race.tokens}
              rule={rule}
              level={chance === undefined ? undefined : { y: chance, name: words.race.chance }}
              write={percent}
              least={0.05}
              height={SCORE_HEIGHT}
            />
          );
        })}
      </div>
      <p class="note">{words.race.scoreNote}</p>
    </section>
  );
}
