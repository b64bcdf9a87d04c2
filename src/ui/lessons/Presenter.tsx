/** For a projector of 1280×720: one thing at a time, next by key or clicker, notes in a second window, blank, freeze, QR code, class. */
import { signal } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { Qr } from '../class/Qr.tsx';
import { Tally } from '../class/Tally.tsx';
import { frozen } from '../run/shown.ts';
import { Ask } from './Ask.tsx';
import { fill } from './fill.ts';
import { Fixed } from './Fixed.tsx';
import { Reveal } from './Reveal.tsx';
import { RunStep } from './RunStep.tsx';
import { addressOf, answerOf, goTo, loaded, type Loaded, nextLesson, round, stepNumber } from './state.ts';
import { lessonWords } from './words.ts';

type Beat = 'text' | 'ask' | 'run' | 'reveal';
const beat = signal(0);
const isBlank = signal(false);
const shows = signal<'lesson' | 'qr' | 'tally'>('lesson');
const noWindow = signal(false);

const beatsOf = ({ lesson }: Loaded, number: number): Beat[] => {
  const { ask, runs } = lesson.steps[number - 1]!;
  const isRevealed = Object.keys(answerOf(number).runs).length > 0;
  return [
    'text',
    ...(ask ? (['ask'] as const) : []),
    ...(runs ? (['run'] as const) : []),
    ...(isRevealed ? (['reveal'] as const) : []),
  ];
};

function move(from: Loaded, by: 1 | -1): void {
  const last = from.lesson.steps.length;
  const next = beat.value + by;
  if (next >= 0 && next < beatsOf(from, stepNumber.value).length) return void (beat.value = next);
  const step = stepNumber.value + by;
  const following = nextLesson();
  if (step > last && following) return goTo(1, following);
  if (step < 1 || step > last) return;
  goTo(step);
  beat.value = by > 0 ? 0 : beatsOf(from, step).length - 1;
}

/** Speaker notes in a window of their own, drawn from here: the two share nothing but this page. */
function openNotes(): void {
  const opened = window.open('', 'rekindle-notes', 'popup,width=640,height=720');
  noWindow.value = opened === null;
  if (!opened) return;
  opened.document.title = lessonWords.present.notesWindow;
  opened.document.head.append(
    ...[...document.querySelectorAll('link[rel=stylesheet], style')].map((one) => one.cloneNode(true)),
  );
  opened.document.body.replaceChildren();
  render(<Notes />, opened.document.body);
}

/** Whatever lesson the page is at: one leads to the next. */
function Notes() {
  const from = loaded.value;
  if (!from || 'faults' in from) return null;
  const { lesson, recorded } = from;
  const following = nextLesson();
  const at = Math.min(stepNumber.value, lesson.steps.length);
  const next = lesson.steps[at]?.title ?? (following && lessonWords.lessons.titles[following]);
  return (
    <main class="speaker stack-4">
      <h1>{lesson.steps[at - 1]!.title}</h1>
      <ul class="stack-2">
        {lesson.steps[at - 1]!.notes.map((note) => (
          <li key={note}>{fill(note, lesson, recorded.runs)}</li>
        ))}
      </ul>
      {next && (
        <p class="note">
          {lessonWords.present.nextUp}: {next}
        </p>
      )}
    </main>
  );
}

export function Presenter({ from }: { from: Loaded }) {
  const { lesson, recorded } = from;
  const words = lessonWords.present;
  const number = Math.min(stepNumber.value, lesson.steps.length);
  const step = lesson.steps[number - 1]!;
  const beats = beatsOf(from, number);
  const shown = beats[Math.min(beat.value, beats.length - 1)]!;
  // With the view, not after it: a key pressed at what is seen is heard.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const isTyping =
        event.target instanceof Element && event.target.matches('input:not([type=radio]), textarea, select, circle');
      if (isTyping) return;
      const turn = (view: 'qr' | 'tally') => () => void (shows.value = shows.value === view ? 'lesson' : view);
      const actions: Record<string, () => void> = {
        ArrowRight: () => move(from, 1),
        PageDown: () => move(from, 1),
        ArrowLeft: () => move(from, -1),
        PageUp: () => move(from, -1),
        b: () => void (isBlank.value = !isBlank.value),
        '.': () => void (isBlank.value = !isBlank.value), // what a clicker's black button sends
        f: () => void (frozen.value = !frozen.value),
        n: openNotes,
        q: turn('qr'),
        t: turn('tally'),
      };
      const action = actions[event.key] ?? actions[event.key.toLowerCase()];
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [from]);
  useEffect(() => void (beat.value = 0), [round.value]);
  const link = new URL(addressOf(number, false), location.href).href;
  if (isBlank.value)
    return (
      <main class="blank">
        <p class="visually-hidden">{words.blank}</p>
      </main>
    );
  return (
    <div class="presenter">
      <header>
        <h1>{lesson.title}</h1>
        <p class="note">
          {lessonWords.lessons.step(number, lesson.steps.length)} {frozen.value && `· ${words.frozen}`}
        </p>
      </header>
      {shows.value === 'tally' && <Tally />}
      {shows.value === 'qr' && (
        <main class="state-qr">
          {/* The way to a file on this machine leads nowhere on another one. */}
          {location.protocol === 'file:' ? (
            <>
              <p>{words.stateOfFile}</p>
              <p>
                <code>{new URL(link).search}</code>
              </p>
            </>
          ) : (
            <>
              <p>{words.state}</p>
              <Qr text={link} label={link} side={420} />
              <p class="note">{link}</p>
            </>
          )}
        </main>
      )}
      {shows.value === 'lesson' && (
        <main class="beat" key={`${number} ${shown} ${round.value}`}>
          <h2>{step.title}</h2>
          {shown === 'text' && step.text.map((text) => <p key={text}>{fill(text, lesson, recorded.runs)}</p>)}
          {shown === 'text' && <Fixed step={step} lesson={lesson} />}
          {shown === 'ask' && step.ask && <Ask step={number} question={step.ask} from={from} />}
          {shown === 'run' && <RunStep number={number} step={step} from={from} />}
          {shown === 'reveal' && <Reveal number={number} step={step} from={from} />}
        </main>
      )}
      <footer class="note">
        {noWindow.value && <span role="alert">{words.noWindow} </span>}
        {words.keys} · <a href={addressOf(number, false)}>{words.leave}</a>
      </footer>
    </div>
  );
}
