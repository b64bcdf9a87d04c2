/** What came out, beside the prediction: recorded runs with their range over seeds, the reader's own, and the curves. */
import { evaluate, type LessonRun } from '../../recipe/lessons/measure.ts';
import type { LessonStep } from '../../recipe/lessons/lesson.ts';
import { type Line, LineChart } from '../experiments/LineChart.tsx';
import { answered } from './Ask.tsx';
import { fill, quantity, rangeOf } from './fill.ts';
import { decimal, integer, plain } from './language.ts';
import { DRAWN, LOOKS, OWN } from './looks.ts';
import { answer, answerOf, type Loaded, ownRuns } from './state.ts';
import { lessonWords } from './words.ts';

interface Props {
  number: number;
  step: LessonStep;
  from: Loaded;
}

export function Reveal({ number, step, from: { lesson, recorded } }: Props) {
  const words = lessonWords.reveal;
  const { why } = answerOf(number);
  const say = (text: string) => fill(text, lesson, recorded.runs);
  const own = ownRuns(number);
  const compared = [...recorded.runs.filter((run) => !own.some((one) => one.run === run.run)), ...own];
  const { success } = step;
  const [left, right] = success ? [evaluate(success.left, compared), evaluate(success.right, compared)] : [null, null];
  const isShown = left && right && (success!.is === 'above' ? left.value > right.value : left.value < right.value);
  return (
    <section class="reveal stack-4" aria-live="polite">
      <h3>{words.heading}</h3>
      <div class="outcome">
        <div class="stack-4">
          <Verdict number={number} step={step} from={{ lesson, recorded }} />
          {step.reveal.map((text) => (
            <p key={text}>{say(text)}</p>
          ))}
        </div>
        <div>
          {step.figure === 'curve' ? (
            <Curves number={number} step={step} from={{ lesson, recorded }} />
          ) : (
            <Table number={number} step={step} from={{ lesson, recorded }} />
          )}
        </div>
      </div>
      {success && left && right && own.length > 0 && (
        <p>
          <strong>{isShown ? words.success : words.notYet}</strong> {say(success.text)}
        </p>
      )}
      {step.hint && (
        <details>
          <summary>{words.hint}</summary>
          <p>{say(step.hint)}</p>
        </details>
      )}
      {step.why && (
        <label class="why">
          <strong>{words.why}</strong> {say(step.why)}
          <textarea
            rows={3}
            value={why}
            onInput={({ currentTarget }) => answer(number, { why: currentTarget.value })}
          />
          <span class="note">{words.whyAbout}</span>
        </label>
      )}
    </section>
  );
}

/** Which of four options came true: the one with the extreme value, and any that reads the same beside it. */
export function rightOptions(
  ask: Extract<LessonStep['ask'], { kind: 'choice' }>,
  runs: readonly LessonRun[],
): number[] {
  const found = ask.options.map(({ value }) => evaluate(value, runs)!);
  const values = found.map(({ value }) => value);
  const best = values.indexOf(ask.right === 'highest' ? Math.max(...values) : Math.min(...values));
  const shown = found.map(quantity);
  return shown.flatMap((one, i) => (one === shown[best] ? [i] : []));
}

/** Mean distance of a drawing from a curve, nats a token. */
export function distance(heights: readonly number[], { curve: { step, loss } }: LessonRun): number {
  const [first, last] = [step[0]!, step.at(-1)!];
  const drawn = (at: number): number => {
    const place = ((at - first) / (last - first || 1)) * (heights.length - 1);
    const [low, high] = [heights[Math.floor(place)]!, heights[Math.ceil(place)]!];
    return low + (place % 1) * (high - low);
  };
  return loss.reduce((sum, value, i) => sum + Math.abs(value - drawn(step[i]!)), 0) / loss.length;
}

/** What was said and what came out, in two texts; null: nothing was asked, or answered. */
export function verdict(
  { ask }: LessonStep,
  prediction: number | number[] | null,
  { lesson, recorded }: Loaded,
): { said: string; outcome: string } | null {
  if (!ask || prediction === null) return null;
  const words = lessonWords.reveal;
  if (ask.kind === 'curve') {
    const heights = prediction as number[];
    const run = recorded.runs.find((one) => one.run === ask.run)!;
    const said = heights.map((height) => decimal(height, 2)).join(' · ');
    return { said, outcome: words.off(decimal(distance(heights, run), 2)) };
  }
  if (ask.kind === 'choice') {
    const said = fill(ask.options[prediction as number]!.text, lesson, recorded.runs);
    return {
      said,
      outcome: rightOptions(ask, recorded.runs).includes(prediction as number) ? words.right : words.wrong,
    };
  }
  const value = evaluate(ask.value, recorded.runs)!;
  const isRight = Math.abs(value.value - (prediction as number)) <= ask.within;
  return {
    said: quantity({ value: prediction as number, ...answered(ask) }),
    outcome: `${words.measured}: ${quantity(value)}. ${isRight ? words.right : words.wrong}`,
  };
}

function Verdict({ number, step, from }: Props) {
  const found = verdict(step, answerOf(number).prediction, from);
  if (!found) return null;
  const isDrawn = step.ask?.kind === 'curve';
  return (
    <p class="verdict">
      {!isDrawn && `${lessonWords.reveal.yours}: ${found.said}. `}
      {found.outcome}
    </p>
  );
}

function Curves({ number, step, from: { lesson, recorded } }: Props) {
  const words = lessonWords.reveal;
  const own = ownRuns(number);
  const { prediction } = answerOf(number);
  const pointsOf = ({ curve, firstStep }: LessonRun) =>
    curve.step.map((at, i) => [at - firstStep, curve.loss[i]!] as const).filter(([at]) => at <= extent);
  const names = step.runs ?? [];
  const first = recorded.runs[0]!;
  const drawn = [first, ...own.filter((one) => names.includes(one.run))];
  const extent = Math.min(...drawn.map(({ firstStep, endStep }) => endStep - firstStep));
  const tokens = drawn.map((run) => run.tokens);
  const areEqual = tokens.every((one) => one === tokens[0]);
  const lines: Line[] = names.map((name, i) => ({
    name: names.length > 1 ? `${lesson.runs[name]!.label} (${words.measured})` : words.measured,
    look: LOOKS[i % LOOKS.length]!,
    points: pointsOf(recorded.runs.find(({ run }) => run === name)!),
    ring: null,
  }));
  for (const run of drawn.slice(1)) lines.push({ name: words.own, look: OWN, points: pointsOf(run), ring: null });
  if (Array.isArray(prediction)) {
    const points = prediction.map((height, i) => [(i / (prediction.length - 1)) * extent, height] as const);
    lines.push({ name: words.drawing, look: DRAWN, points, ring: null });
  }
  return (
    <>
      <LineChart
        title={words.chart}
        summary={lines
          .map(({ name, points }) => `${name}: ${decimal(points[0]![1], 2)} – ${decimal(points.at(-1)![1], 2)}`)
          .join('. ')}
        lines={lines}
        to={extent}
        xName={words.step}
        rule={null}
        write={plain}
        least={0.5}
        height={240}
      />
      {!areEqual && <p class="note">{words.equal(integer(Math.min(...tokens)))}</p>}
    </>
  );
}

/** Runs by what they ended with: the mean over recorded seeds with their range, and what was measured here. */
function Table({ number, step, from: { lesson, recorded } }: Props) {
  const words = lessonWords.reveal;
  const names = step.runs ?? [];
  const own = ownRuns(number);
  const isLoss = step.figure === 'heldOut';
  const caption = isLoss ? words.heldOut : words.answers;
  const series = isLoss ? ['web', 'wiki', 'forum', 'qa'] : ['facts', 'archive'];
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={caption}>
      <table>
        <caption class="note">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.runName}</th>
            {series.map((name) => (
              <th key={name} scope="col">
                {words.series[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.flatMap((name) => [
            <tr key={name}>
              <th scope="row">{lesson.runs[name]!.label}</th>
              {series.map((one) => {
                const [middle, low, high] = ['', '.low', '.high'].map((end) =>
                  evaluate(`${name}.${one}.end${end}`, recorded.runs),
                );
                return (
                  <td key={one}>
                    {middle && quantity(middle)} <span class="note">{low && high && rangeOf(low, high)}</span>
                  </td>
                );
              })}
            </tr>,
            ...own
              .filter(({ run }) => run === name)
              .map((run) => (
                <tr key={`own ${name}`} class="strong">
                  <th scope="row">{words.own}</th>
                  {series.map((one) => {
                    const value = evaluate(`${name}.${one}.end`, [run]);
                    return <td key={one}>{value && quantity(value)}</td>;
                  })}
                </tr>
              )),
          ])}
        </tbody>
      </table>
    </div>
  );
}
