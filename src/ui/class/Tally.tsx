/** The class's results: codes pasted, dropped or scanned, and what they come to, a step of a lesson at a time. Nothing is sent. */
import { effect, signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { fetchLesson, type Loaded } from '../lessons/state.ts';
import { lessonWords } from '../lessons/words.ts';
import { saveFile } from '../results/save.ts';
import { Camera } from './Camera.tsx';
import { type ClassResult, QUESTIONS } from './code.ts';
import { LessonTally, titleOf } from './LessonTally.tsx';
import { items, unpaired } from './mcnemar.ts';
import { QuizTally } from './QuizTally.tsx';
import { tally, type Tally as Counted } from './tally.ts';

/** Every code that came, as text: what is counted follows from it. Kept from lesson to lesson, while the tab is open. */
const STORE = 'rekindle.class';
const codes = signal(globalThis.sessionStorage?.getItem(STORE) ?? '');
effect(() => globalThis.sessionStorage?.setItem(STORE, codes.value));
const add = (text: string) => void (codes.value += `\n${text}`);
const addFiles = (files: Iterable<File>) => [...files].forEach((file) => void file.text().then(add));
/** Which step's results are shown; null: those of the code that came last. */
const chosen = signal<string | null>(null);
/** Lessons of which there are codes: their runs and options have names. */
const lessons = signal<ReadonlyMap<string, Loaded>>(new Map());

const QUIZ = 'quiz';
/** Codes of the questions have steps of their own, and no lesson. */
const keyOf = ({ lesson, step }: ClassResult): string => (lesson === '' ? QUIZ : `${lesson} ${step}`);

export function Tally() {
  const words = lessonWords.tally;
  const counted = tally(codes.value);
  const { results } = counted;
  const kinds = new Map(
    results.map((one) => [keyOf(one), keyOf(one) === QUIZ ? lessonWords.quiz.heading : titleOf(one)]),
  );
  const last = results.at(-1);
  const shown = chosen.value !== null && kinds.has(chosen.value) ? chosen.value : last && keyOf(last);
  const own = results.filter((one) => keyOf(one) === shown);
  const name = own[0]?.lesson;
  useEffect(() => {
    // Without it the runs go by their numbers.
    if (name)
      void fetchLesson(name).then((one) => 'lesson' in one && (lessons.value = new Map(lessons.value).set(name, one)));
  }, [name]);
  return (
    <main
      class="tally stack-2"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        addFiles(event.dataTransfer?.files ?? []);
      }}
    >
      <h2>{words.heading}</h2>
      <Collect />
      <Count counted={counted} />
      {kinds.size > 1 && (
        <label>
          {words.show}{' '}
          <select value={shown} onChange={({ currentTarget }) => (chosen.value = currentTarget.value)}>
            {[...kinds].map(([key, title]) => (
              <option key={key} value={key}>
                {title}
              </option>
            ))}
          </select>
        </label>
      )}
      {shown === QUIZ && <QuizTally quiz={items(results, QUESTIONS)} alone={unpaired(results)} />}
      {shown !== QUIZ && own.length > 0 && (
        <>
          {kinds.size === 1 && (
            <h3>
              {words.lesson}: {titleOf(own[0]!)}
            </h3>
          )}
          <LessonTally results={own} from={lessons.value.get(name!) ?? null} />
        </>
      )}
    </main>
  );
}

function Collect() {
  const words = lessonWords.tally;
  const draft = useSignal('');
  const isScanning = useSignal(false);
  return (
    <>
      <form
        class="collect"
        onSubmit={(event) => {
          event.preventDefault();
          add(draft.value);
          draft.value = '';
        }}
      >
        <label class="codes">
          {words.paste}
          <textarea rows={1} value={draft.value} onInput={({ currentTarget }) => (draft.value = currentTarget.value)} />
        </label>
        <button type="submit" class="primary">
          {words.add}
        </button>
        <label>
          {words.drop}{' '}
          <input type="file" multiple onChange={({ currentTarget }) => addFiles(currentTarget.files ?? [])} />
        </label>
        <button type="button" onClick={() => (isScanning.value = !isScanning.value)}>
          {isScanning.value ? words.stopScan : words.scan}
        </button>
        <button
          type="button"
          class="quiet"
          disabled={codes.value === ''}
          onClick={() => saveFile('class-codes.txt', new Blob([codes.value.trim()], { type: 'text/plain' }))}
        >
          {words.saveCodes}
        </button>
        <button type="button" class="quiet" onClick={() => (codes.value = '')}>
          {words.clear}
        </button>
      </form>
      {isScanning.value && <Camera found={add} />}
    </>
  );
}

/** Damaged codes told at once; a class of thirty has few. */
const NAMED = 6;

function Count({ counted: { results, laptops, twice, bad } }: { counted: Counted }) {
  const words = lessonWords.tally;
  const list = (some: Counted['bad']) => (
    <ul>
      {some.map(({ code, fault }, i) => (
        <li key={i}>
          <code>{code}</code> {words.faults[fault]}
        </li>
      ))}
    </ul>
  );
  return (
    <>
      <p role="status">
        {results.length === 0 ? words.none : words.counted(laptops, results.length)} {twice > 0 && words.twice(twice)}
      </p>
      {results.length === 0 && <p class="note">{words.about}</p>}
      {bad.length > 0 && (
        <div class="problem" role="alert">
          {words.bad(bad.length)}
          {list(bad.slice(0, NAMED))}
          {bad.length > NAMED && (
            <details>
              <summary>{words.more(bad.length - NAMED)}</summary>
              {list(bad.slice(NAMED))}
            </details>
          )}
        </div>
      )}
    </>
  );
}
