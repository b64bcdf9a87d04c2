/** A lesson on paper: a hand-out to draw and write on, or the instructor's page. Black on white, A4 and Letter. */
import { type Lesson, type LessonStep, placeholders, textsOf } from '../../recipe/lessons/lesson.ts';
import { evaluate, isExpression } from '../../recipe/lessons/measure.ts';
import { fill, quantity } from './fill.ts';
import { rightOptions } from './Reveal.tsx';
import type { Loaded } from './state.ts';
import { lessonWords } from './words.ts';

export function Paper({ from: { lesson, recorded }, kind }: { from: Loaded; kind: 'handout' | 'instructor' }) {
  const words = lessonWords.paper;
  const say = (text: string) => fill(text, lesson, recorded.runs);
  const measured = [...new Set(textsOf(lesson).flatMap(placeholders))].filter(
    (one) => isExpression(one) && /\.(end|change)$/.test(one) && !one.includes(' - '),
  );
  const firstAsked = lesson.steps.findIndex(({ ask }) => ask);
  const right = (ask: LessonStep['ask']) => (ask?.kind === 'choice' ? rightOptions(ask, recorded.runs) : []);
  return (
    <main class={`paper ${kind} stack-4`}>
      <button type="button" class="no-print" onClick={() => print()}>
        {words.print}
      </button>
      <h1>{lesson.title}</h1>
      <p>{lessonWords.lessons.goal(lesson.goal)}</p>
      {kind === 'handout' && <p class="write">{words.name}</p>}
      {lesson.steps.map((step, i) => (
        <section key={step.title} class="stack-2">
          <h2>{step.title}</h2>
          {kind === 'handout' && i > firstAsked && !step.ask && !step.runs ? (
            <p class="write">{words.own}</p>
          ) : (
            step.text.map((text) => <p key={text}>{say(text)}</p>)
          )}
          {step.ask && (
            <p>
              <strong>{say(step.ask.question)}</strong>
            </p>
          )}
          {step.ask?.kind === 'choice' && (
            <ul class="boxes">
              {step.ask.options.map(({ text }, option) => (
                <li key={text} class={kind === 'instructor' && right(step.ask).includes(option) ? 'right' : ''}>
                  {say(text)}
                </li>
              ))}
            </ul>
          )}
          {kind === 'handout' && step.ask?.kind === 'curve' && <BlankAxes />}
          {kind === 'handout' && step.ask && (
            <p>
              {step.ask.kind === 'number' && `${words.answer}: ____________ `}
              {lessonWords.ask.confidence} ______ %
            </p>
          )}
          {step.why && <p class={kind === 'handout' ? 'write' : ''}>{say(step.why)}</p>}
          {kind === 'instructor' && step.reveal.map((text) => <p key={text}>{say(text)}</p>)}
          {kind === 'instructor' && (
            <ul>
              {step.notes.map((note) => (
                <li key={note}>
                  {words.says}: {say(note)}
                </li>
              ))}
            </ul>
          )}
        </section>
      ))}
      {kind === 'instructor' && (
        <>
          <h2>{words.trouble}</h2>
          {lesson.trouble.map((text) => (
            <p key={text}>{say(text)}</p>
          ))}
          <h2>{words.expected}</h2>
          <ul class="ranges">
            {measured.map((one) => {
              const [low, high] = ['low', 'high'].map((end) => evaluate(`${one}.${end}`, recorded.runs));
              return (
                low &&
                high && (
                  <li key={one}>
                    {nameOf(lesson, one)}: {lessonWords.reveal.range(quantity(low), quantity(high))}
                  </li>
                )
              );
            })}
          </ul>
          <p class="note">
            {words.madeOn(recorded.adapter)} {lesson.given.map(({ text, from }) => `${text}: ${from}`).join(' ')}
          </p>
        </>
      )}
    </main>
  );
}

/** A quantity in words: “At once · Questions”, and whether it is a change. */
function nameOf(lesson: Lesson, expression: string): string {
  const [run, series, at] = expression.split('.');
  const { report, reveal } = lessonWords;
  const measured = series === 'loss' ? report.loss : (reveal.series[series!] ?? series);
  return `${lesson.runs[run!]!.label} · ${measured}${at === 'change' ? ` (${lessonWords.paper.change})` : ''}`;
}

/** To draw a loss into, from 0 to 6 as on the screen. */
function BlankAxes() {
  const { chart, step } = lessonWords.reveal;
  return (
    <svg class="blank-axes" viewBox="0 0 480 170" role="img" aria-label={lessonWords.paper.draw}>
      <path d="M30 20V145H470" fill="none" stroke="#000" />
      <text x="30" y="12">
        {chart}
      </text>
      {[0, 2, 4, 6].map((value) => (
        <text key={value} x="24" y={149 - (value * 120) / 6} text-anchor="end">
          {value}
        </text>
      ))}
      <text x="470" y="160" text-anchor="end">
        {step}
      </text>
    </svg>
  );
}
