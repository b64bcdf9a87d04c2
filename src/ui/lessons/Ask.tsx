/** A prediction, asked before the run: one of four outcomes, a number, or a curve drawn by pointer or keys; and how sure one is. */
import { useSignal } from '@preact/signals';
import type { Ask as Question } from '../../recipe/lessons/lesson.ts';
import type { LessonRun } from '../../recipe/lessons/measure.ts';
import { amount, fill, quantity } from './fill.ts';
import { integer } from './language.ts';
import { type Answer, answer, answerOf, type Loaded } from './state.ts';
import { lessonWords } from './words.ts';

/** Points of a drawn curve: as many as can be set by hand in a minute. */
const POINTS = 9;
/** Nats a token at the top of the drawing: above what guessing among the world's words costs. */
export const TOP = 6;
const [WIDTH, HEIGHT, EDGE] = [480, 220, 34];

/** How a number that is asked for is written: with its sign where it may be below zero. */
export const answered = ({ unit, from }: Extract<Question, { kind: 'number' }>) => ({ unit, isSigned: from < 0 });

interface Props {
  step: number;
  question: Question;
  from: Loaded;
}

export function Ask({ step, question, from: { lesson, recorded } }: Props) {
  const words = lessonWords.ask;
  const { prediction, confidence } = answerOf(step);
  const draft = useSignal<Answer['prediction']>(
    prediction ?? (question.kind === 'curve' ? new Array<number>(POINTS).fill(TOP / 2) : null),
  );
  const sure = useSignal(confidence);
  const isDone = prediction !== null;
  const say = (text: string) => fill(text, lesson, recorded.runs);
  return (
    <form
      class="predict stack-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (draft.value !== null) answer(step, { prediction: draft.value, confidence: sure.value });
      }}
    >
      <h3>{words.heading}</h3>
      <fieldset class="stack-2" disabled={isDone}>
        <legend>{say(question.question)}</legend>
        {question.kind === 'choice' &&
          question.options.map(({ text }, i) => (
            <label key={text} class="option-line">
              <input type="radio" name={`ask-${step}`} checked={draft.value === i} onChange={() => (draft.value = i)} />{' '}
              {say(text)}
            </label>
          ))}
        {question.kind === 'number' && (
          <label>
            {words.from(
              amount({ value: question.from, ...answered(question) }),
              quantity({ value: question.to, ...answered(question) }),
            )}{' '}
            <input
              type="number"
              min={question.from}
              max={question.to}
              step="any"
              required
              value={typeof draft.value === 'number' ? draft.value : ''}
              onInput={({ currentTarget }) =>
                (draft.value = Number.isFinite(currentTarget.valueAsNumber) ? currentTarget.valueAsNumber : null)
              }
            />
          </label>
        )}
        {question.kind === 'curve' && (
          <Drawing
            heights={draft.value as number[]}
            run={recorded.runs.find(({ run }) => run === question.run)!}
            isDone={isDone}
            draw={(heights) => (draft.value = heights)}
          />
        )}
        <label class="sure">
          {words.confidence}{' '}
          <input
            type="range"
            min={0}
            max={100}
            step={5}
            value={sure.value}
            onInput={({ currentTarget }) => (sure.value = currentTarget.valueAsNumber)}
          />
          <output>{words.percent(sure.value)}</output>
        </label>
      </fieldset>
      {isDone ? (
        <p class="note">{words.committed}</p>
      ) : (
        <button type="submit" class="primary" disabled={draft.value === null}>
          {words.commit}
        </button>
      )}
    </form>
  );
}

interface DrawingProps {
  heights: number[];
  run: LessonRun;
  isDone: boolean;
  draw(heights: number[]): void;
}

/** The axes are blank but for the steps: where the curve lies is what is asked. */
function Drawing({ heights, run, isDone, draw }: DrawingProps) {
  const x = (i: number) => EDGE + (i / (POINTS - 1)) * (WIDTH - 2 * EDGE);
  const y = (height: number) => HEIGHT - EDGE + ((2 * EDGE - HEIGHT) * height) / TOP;
  const set = (i: number, height: number) =>
    draw(heights.map((old, j) => (i === j ? Math.max(0, Math.min(TOP, Math.round(height * 20) / 20)) : old)));
  /** Counted from where the run goes on, as in the reveal. */
  const stepAt = (i: number) => Math.round((i / (POINTS - 1)) * (run.endStep - run.firstStep));
  const follow = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    if (event.buttons === 0 || isDone) return;
    const box = event.currentTarget.getBoundingClientRect();
    const i = Math.round(
      (((event.clientX - box.left) / box.width) * WIDTH - EDGE) / ((WIDTH - 2 * EDGE) / (POINTS - 1)),
    );
    const height = ((HEIGHT - EDGE - ((event.clientY - box.top) / box.height) * HEIGHT) / (HEIGHT - 2 * EDGE)) * TOP;
    if (i >= 0 && i < POINTS) set(i, height);
  };
  return (
    <>
      <p class="note">{lessonWords.ask.draw}</p>
      <svg class="drawing" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} onPointerDown={follow} onPointerMove={follow}>
        <text x={EDGE} y={14}>
          {lessonWords.reveal.chart}
        </text>
        <text x={WIDTH / 2} y={HEIGHT - 12} text-anchor="middle">
          {lessonWords.reveal.step}
        </text>
        <line class="ground" x1={EDGE} x2={WIDTH - EDGE} y1={HEIGHT - EDGE} y2={HEIGHT - EDGE} />
        {[0, 2, 4, 6].map((value) => (
          <text key={value} x={EDGE - 8} y={y(value) + 4} text-anchor="end">
            {value}
          </text>
        ))}
        <polyline points={heights.map((height, i) => `${x(i)},${y(height)}`).join(' ')} />
        {heights.map((height, i) => (
          <circle
            key={i}
            cx={x(i)}
            cy={y(height)}
            r={9}
            tabindex={isDone ? -1 : 0}
            role="slider"
            aria-label={lessonWords.ask.point(integer(stepAt(i)))}
            aria-valuemin={0}
            aria-valuemax={TOP}
            aria-valuenow={height}
            aria-disabled={isDone}
            onKeyDown={(event) => {
              const by = { ArrowUp: 0.1, ArrowDown: -0.1, PageUp: 1, PageDown: -1 }[event.key];
              if (by === undefined || isDone) return;
              event.preventDefault();
              event.stopPropagation();
              set(i, height + by);
            }}
          />
        ))}
        {[0, POINTS - 1].map((i) => (
          <text key={i} x={x(i)} y={HEIGHT - 12} text-anchor="middle">
            {integer(stepAt(i))}
          </text>
        ))}
      </svg>
    </>
  );
}
