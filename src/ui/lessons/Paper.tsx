/** A lesson on paper: a hand-out to draw and write on, or the instructor's page. Black on white, A4 and Letter. */
import { type Lesson, type LessonStep, placeholders, textsOf } from '../../recipe/lessons/lesson.ts';
import { evaluate, isExpression, type LessonRun } from '../../recipe/lessons/measure.ts';
import { fill, machinesOf, rangeOf } from './fill.ts';
import { decimal } from './language.ts';
import { rightOptions } from './Reveal.tsx';
import { hrefOf, lessonName, type Loaded } from './state.ts';
import { lessonWords } from './words.ts';

export function Paper({ from: { lesson, recorded }, kind }: { from: Loaded; kind: 'handout' | 'instructor' }) {
  const words = lessonWords.paper;
  const say = (text: string) => fill(text, lesson, recorded.runs);
  const machines = machinesOf(recorded);
  const firstAsked = lesson.steps.findIndex(({ ask }) => ask);
  const right = (ask: LessonStep['ask']) => (ask?.kind === 'choice' ? rightOptions(ask, recorded.runs) : []);
  return (
    <main class={`paper ${kind} stack-4`}>
      <button type="button" class="no-print" onClick={() => print()}>
        {words.print}
      </button>
      <h1>{lesson.title}</h1>
      <p>{lessonWords.lessons.goal(lesson.goal)}</p>
      {kind === 'handout' ? (
        <p class="write who">
          <span>{words.name}</span> <span>{lessonWords.quiz.own}</span>
        </p>
      ) : (
        <p>
          <code>{hrefOf({ lesson: lessonName.value, step: '1', present: '1' })}</code> ·{' '}
          {lessonWords.lessons.minutes(lesson.minutes)}
        </p>
      )}
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
              {lessonWords.ask.confidence} {'______\u00a0%'}
            </p>
          )}
          {kind === 'handout' && step.runs && <p class="write">{lessonWords.reveal.heading}:</p>}
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
          <Ranges lesson={lesson} runs={recorded.runs} />
          <p class="note">
            {words.madeOn(machines.recorded)} {machines.missing && words.notMeasured(machines.missing)}{' '}
            {lesson.given.map(({ text, from }) => `${text}: ${from}`).join(' ')}
          </p>
        </>
      )}
    </main>
  );
}

/** Of every series that the lesson's texts tell, between which values the recorded seeds ended; a row a run. */
function Ranges({ lesson, runs }: { lesson: Lesson; runs: readonly LessonRun[] }) {
  const { report, reveal } = lessonWords;
  const told = textsOf(lesson)
    .flatMap(placeholders)
    .filter(isExpression)
    .flatMap((one) => one.split(' - '));
  const columns = [...new Set(told.flatMap((one) => /\.(\w+)\.(?:end|change)/.exec(one)?.[1] ?? []))];
  const isLoss = (series: string) => evaluate(`${runs[0]!.run}.${series}.end`, runs)?.unit === 'nats';
  const range = (of: string) => {
    const [low, high] = ['low', 'high'].map((end) => evaluate(`${of}.end.${end}`, runs));
    return low && high ? rangeOf(low, high) : '';
  };
  return (
    <table class="ranges">
      <thead>
        <tr>
          <th scope="col">{reveal.runName}</th>
          {columns.map((series) => (
            <th key={series} scope="col">
              {series === 'loss' ? report.loss : reveal.series[series]}
              {isLoss(series) && `, ${lessonWords.reveal.nats}`}
            </th>
          ))}
          <th scope="col">{report.seconds}</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(lesson.runs).map(([name, { label }]) => {
          const seconds = runs.filter(({ run }) => run === name).map((one) => one.seconds);
          return (
            <tr key={name}>
              <th scope="row">{label}</th>
              {columns.map((series) => (
                <td key={series}>{range(`${name}.${series}`)}</td>
              ))}
              <td>{`${decimal(Math.min(...seconds), 1)}–${decimal(Math.max(...seconds), 1)}`}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
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
