/** `?lesson=NAME&step=N`: one step of a lesson; without a name the list of them; `?present=1` for the projector; `?quiz=…`; `?class`. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { LESSON_NAMES } from '../../recipe/lessons/lesson.ts';
import { Quiz } from '../class/Quiz.tsx';
import { Result } from '../class/Result.tsx';
import { Tally } from '../class/Tally.tsx';
import { Ask } from './Ask.tsx';
import { fill } from './fill.ts';
import { Fixed } from './Fixed.tsx';
import { addressIn, isLanguage, language, LANGUAGES, speak } from './language.ts';
import { Paper } from './Paper.tsx';
import { Presenter } from './Presenter.tsx';
import { Report } from './Report.tsx';
import { Reveal } from './Reveal.tsx';
import { RunStep } from './RunStep.tsx';
import {
  addressOf,
  answerOf,
  asksForClass,
  fetchLesson,
  goTo,
  hrefOf,
  isPresenting,
  lessonName,
  loaded,
  type Loaded,
  nextLesson,
  paper,
  quizPart,
  round,
  stepNumber,
} from './state.ts';
import { lessonWords } from './words.ts';
import '../style/lessons.css';
import '../style/classroom.css';
import '../style/presenter.css';
import '../style/paper.css';
import '../style/experiments.css';

export function LessonPage() {
  const name = lessonName.value;
  const isKnown = LESSON_NAMES.some((one) => one === name);
  useEffect(speak, []);
  useEffect(() => {
    if (!isKnown) return;
    fetchLesson(name)
      .catch(() => ({ faults: [lessonWords.lessons.notFetched] }))
      // Another may have been asked for since.
      .then((found) => lessonName.value === name && (loaded.value = found));
  }, [name]);
  if (quizPart === 'before' || quizPart === 'after')
    return (
      <Framed>
        <Quiz part={quizPart} />
      </Framed>
    );
  if (asksForClass)
    return (
      <Framed>
        <Tally />
      </Framed>
    );
  if (!isKnown)
    return (
      <Framed>
        <List unknown={name} />
      </Framed>
    );
  const from = loaded.value;
  if (from === null)
    return (
      <Framed>
        <main>
          <p role="status">{lessonWords.lessons.loading}</p>
        </main>
      </Framed>
    );
  if ('faults' in from) {
    return (
      <Framed>
        <main>
          <div class="problem" role="alert">
            {lessonWords.lessons.faulty}
            <ul>
              {from.faults.map((fault) => (
                <li key={fault}>{fault}</li>
              ))}
            </ul>
          </div>
        </main>
      </Framed>
    );
  }
  if (paper === 'handout' || paper === 'instructor') return <Paper from={from} kind={paper} />;
  if (paper === 'report') return <Report from={from} />;
  return isPresenting ? (
    <Presenter from={from} />
  ) : (
    <Framed>
      <Steps from={from} />
    </Framed>
  );
}

function Framed({ children }: { children: ComponentChildren }) {
  return (
    <div class="page lessons">
      <header class="lesson-head">
        <h1>{lessonWords.lessons.heading}</h1>
        <nav aria-label={lessonWords.lessons.heading}>
          <a href={hrefOf({ lesson: '' })}>{lessonWords.lessons.all}</a>{' '}
          <a href={location.pathname}>{lessonWords.lessons.page}</a>
        </nav>
        <nav class="languages" aria-label={lessonWords.lessons.language}>
          {Object.entries(LANGUAGES).map(
            ([code, name]) =>
              isLanguage(code) && (
                <a
                  key={code}
                  href={addressIn(code)}
                  lang={code}
                  hreflang={code}
                  aria-current={code === language ? 'true' : undefined}
                >
                  {name}
                </a>
              ),
          )}
        </nav>
      </header>
      {children}
    </div>
  );
}

/** Titles are those of the lessons' files (a test holds them together): the list fetches none of them. */
function List({ unknown }: { unknown: string }) {
  const words = lessonWords.lessons;
  return (
    <main class="stack-4">
      {unknown !== '' && <p role="alert">{words.missing(unknown)}</p>}
      <p>{words.about}</p>
      <ol class="lesson-list">
        {LESSON_NAMES.map((name) => (
          <li key={name}>
            <a href={hrefOf({ lesson: name, step: '1' })}>{words.titles[name]}</a>{' '}
            <span class="note">
              <a href={hrefOf({ lesson: name, step: '1', present: '1' })}>{lessonWords.present.open}</a> ·{' '}
              <a href={hrefOf({ lesson: name, paper: 'handout' })}>{lessonWords.paper.handout}</a> ·{' '}
              <a href={hrefOf({ lesson: name, paper: 'instructor' })}>{lessonWords.paper.instructor}</a>
            </span>
          </li>
        ))}
      </ol>
      <p>
        {lessonWords.quiz.heading}: <a href={hrefOf({ quiz: 'before' })}>{lessonWords.quiz.before}</a> ·{' '}
        <a href={hrefOf({ quiz: 'after' })}>{lessonWords.quiz.after}</a>
      </p>
      <p>
        <a href={hrefOf({ class: '1' })}>{lessonWords.tally.page}</a>
      </p>
    </main>
  );
}

function Steps({ from }: { from: Loaded }) {
  const { lesson, recorded } = from;
  const words = lessonWords.lessons;
  const number = Math.min(stepNumber.value, lesson.steps.length);
  const step = lesson.steps[number - 1]!;
  const say = (text: string) => fill(text, lesson, recorded.runs);
  const { runs } = answerOf(number);
  const isRevealed = Object.keys(runs).length > 0;
  const following = number === lesson.steps.length ? nextLesson() : null;
  return (
    <main class="lesson stack-4" key={`${number} ${round.value}`}>
      <p class="note">
        {lesson.title} · {words.step(number, lesson.steps.length)} · {words.minutes(lesson.minutes)} ·{' '}
        {words.goal(lesson.goal)}
      </p>
      <h2>{step.title}</h2>
      {step.text.map((text) => (
        <p key={text} class="lesson-text">
          {say(text)}
        </p>
      ))}
      <Fixed step={step} lesson={lesson} />
      {step.ask && <Ask step={number} question={step.ask} from={from} />}
      {step.runs && <RunStep number={number} step={step} from={from} />}
      {isRevealed && step.runs && <Reveal number={number} step={step} from={from} />}
      {isRevealed && step.runs && <Result step={number} from={from} />}
      <div class="buttons">
        <button type="button" disabled={number === 1} onClick={() => goTo(number - 1)}>
          {words.back}
        </button>
        <button
          type="button"
          class="primary"
          disabled={number === lesson.steps.length}
          onClick={() => goTo(number + 1)}
        >
          {words.next}
        </button>
        {following && (
          <a href={hrefOf({ lesson: following, step: '1' })}>{words.nextLesson(words.titles[following])}</a>
        )}
        <a href={addressOf(number, true)}>{lessonWords.present.open}</a>
        <a href={hrefOf({ lesson: lessonName.value, paper: 'report' })}>{lessonWords.paper.report}</a>
      </div>
    </main>
  );
}
