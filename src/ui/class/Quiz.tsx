/** Eight questions, the same before and after: `?quiz=before`, `?quiz=after`. The options stand in an order of this browser's own. */
import { useSignal } from '@preact/signals';
import { randomUniform, streamOf } from '../../util/random.ts';
import { lessonWords } from '../lessons/words.ts';
import { encode, LOSSES, QUESTIONS, QUIZ_STEPS } from './code.ts';
import { idOf, keepLaptopId, laptopId, signsOf } from './id.ts';
import { Code } from './Result.tsx';

export type Part = keyof typeof QUIZ_STEPS;

/** The first option of a question is the right one: shuffled, so that nobody learns its place. */
function orderOf(question: number, id: number): number[] {
  const at = (option: number) => randomUniform(id, streamOf('quiz'), 4 * question + option);
  return [0, 1, 2, 3].sort((a, b) => at(a) - at(b));
}

/** What was answered and handed in is kept while the tab is open: whoever comes back finds the code again. */
const storeOf = (part: Part) => `rekindle.quiz.${part}`;
const handedIn = (part: Part): number[] | null =>
  JSON.parse(sessionStorage.getItem(storeOf(part)) ?? 'null') as number[] | null;

export function Quiz({ part }: { part: Part }) {
  const words = lessonWords.quiz;
  const before = handedIn(part);
  const answers = useSignal<(number | null)[]>(before ?? new Array<null>(QUESTIONS).fill(null));
  const isDone = useSignal(before !== null);
  const id = useSignal<number | null>(laptopId());
  const given = answers.value.filter((one) => one !== null);
  const handIn = () => {
    sessionStorage.setItem(storeOf(part), JSON.stringify(given));
    isDone.value = true;
  };
  return (
    <main class="quiz stack-4">
      <h2>
        {words.heading}: {words[part]}
      </h2>
      <p>{words.about}</p>
      <p>
        <label>
          {words.own}{' '}
          <input
            type="text"
            class="signs"
            size={6}
            maxLength={6}
            spellcheck={false}
            autocomplete="off"
            readOnly={part === 'before' || isDone.value}
            aria-invalid={id.value === null}
            value={signsOf(laptopId())}
            onInput={({ currentTarget }) => {
              id.value = idOf(currentTarget.value);
              if (id.value !== null) keepLaptopId(id.value);
            }}
          />
        </label>{' '}
        {part === 'before' ? words.ownBefore : words.ownAfter}
      </p>
      {words.questions.map(([question, ...options], i) => (
        <fieldset key={question} disabled={isDone.value}>
          <legend>
            {i + 1}. {question}
          </legend>
          {orderOf(i, id.value ?? laptopId()).map((option) => (
            <label key={option} class="option-line">
              <input
                type="radio"
                name={`question-${i}`}
                checked={answers.value[i] === option}
                onChange={() => (answers.value = answers.value.map((old, j) => (i === j ? option : old)))}
              />{' '}
              {options[option]}
            </label>
          ))}
        </fieldset>
      ))}
      {isDone.value ? (
        <Code about={words.thanks} code={quizCode(part, given)} />
      ) : (
        <button type="button" class="primary" disabled={given.length < QUESTIONS || id.value === null} onClick={handIn}>
          {words.done}
        </button>
      )}
    </main>
  );
}

const quizCode = (part: Part, answers: number[]): string =>
  encode({
    ...{ id: laptopId(), lesson: '', step: QUIZ_STEPS[part], run: 0, asked: null, prediction: null },
    ...{ confidence: 0, seed: 0, device: 'recorded', tokens: 0, facts: NaN, archive: NaN },
    ...{ losses: LOSSES.map(() => NaN), curve: [], before: [], after: [], [part]: answers },
  });
