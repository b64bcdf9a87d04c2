/** A lesson on paper: a hand-out to draw and write on, or the instructor's page. Black on white, A4 and Letter. */
import { placeholders, textsOf } from '../../recipe/lessons/lesson.ts';
import { evaluate, isExpression } from '../../recipe/lessons/measure.ts';
import { fill, quantity } from './fill.ts';
import type { Loaded } from './state.ts';
import { lessonWords } from './words.ts';

export function Paper({ from: { lesson, recorded }, kind }: { from: Loaded; kind: 'handout' | 'instructor' }) {
  const words = lessonWords.paper;
  const say = (text: string) => fill(text, lesson, recorded.runs);
  const measured = [...new Set(textsOf(lesson).flatMap(placeholders))].filter(
    (one) => isExpression(one) && /\.(end|change)$/.test(one) && !one.includes(' - '),
  );
  return (
    <main class={`paper ${kind} stack-4`}>
      <button type="button" class="no-print" onClick={() => print()}>
        {words.print}
      </button>
      <h1>{lesson.title}</h1>
      <p>{lessonWords.lessons.goal(lesson.goal)}</p>
      {kind === 'handout' && <p class="write">{words.name}</p>}
      {lesson.steps.map((step) => (
        <section key={step.title} class="stack-2">
          <h2>{step.title}</h2>
          {step.text.map((text) => (
            <p key={text}>{say(text)}</p>
          ))}
          {step.ask && (
            <p>
              <strong>{say(step.ask.question)}</strong>
            </p>
          )}
          {kind === 'handout' && step.ask?.kind === 'choice' && (
            <ul class="boxes">
              {step.ask.options.map(({ text }) => (
                <li key={text}>{say(text)}</li>
              ))}
            </ul>
          )}
          {kind === 'handout' && step.ask?.kind === 'curve' && (
            <svg class="axes" viewBox="0 0 480 160" role="img" aria-label={words.draw}>
              <path d="M30 10V140H470" fill="none" stroke="#000" />
              <text x="36" y="22">
                {words.draw}
              </text>
            </svg>
          )}
          {kind === 'handout' && (step.ask?.kind === 'number' || step.why) && (
            <p class="write">{step.why ? say(step.why) : words.answer}</p>
          )}
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
          <ul>
            {measured.map((one) => {
              const [low, high] = ['low', 'high'].map((end) => evaluate(`${one}.${end}`, recorded.runs));
              return (
                low &&
                high && (
                  <li key={one}>
                    {one}: {lessonWords.reveal.range(quantity(low), quantity(high))}
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
