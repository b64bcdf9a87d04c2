/** Eight questions, the same before and after: `?quiz=before`, `?quiz=after`. The options stand in an order of this browser's own. */
import { useSignal } from '@preact/signals';
import { randomUniform, streamOf } from '../../util/random.ts';
import { lessonWords } from '../lessons/words.ts';
import { encode, LOSSES, QUESTIONS } from './code.ts';
import { laptopId } from './id.ts';
import { Code } from './Result.tsx';

/** The first option of a question is the right one: shuffled, so that nobody learns its place. */
function orderOf(question: number): number[] {
  const at = (option: number) => randomUniform(laptopId(), streamOf('quiz'), 4 * question + option);
  return [0, 1, 2, 3].sort((a, b) => at(a) - at(b));
}

export function Quiz({ part }: { part: 'before' | 'after' }) {
  const words = lessonWords.quiz;
  const answers = useSignal<(number | null)[]>(new Array<null>(QUESTIONS).fill(null));
  const isDone = useSignal(false);
  const given = answers.value.filter((one) => one !== null);
  return (
    <main class="quiz stack-4">
      <h2>
        {words.heading}: {words[part]}
      </h2>
      <p>{words.about}</p>
      {words.questions.map(([question, ...options], i) => (
        <fieldset key={question} disabled={isDone.value}>
          <legend>
            {i + 1}. {question}
          </legend>
          {orderOf(i).map((option) => (
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
        <button type="button" class="primary" disabled={given.length < QUESTIONS} onClick={() => (isDone.value = true)}>
          {words.done}
        </button>
      )}
    </main>
  );
}

const quizCode = (part: 'before' | 'after', answers: number[]): string =>
  encode({
    ...{
      id: laptopId(),
      lesson: '',
      step: part === 'before' ? 100 : 101,
      asked: null,
      prediction: null,
      confidence: 0,
      seed: 0,
    },
    ...{ device: 'recorded', tokens: 0, facts: NaN, archive: NaN, losses: LOSSES.map(() => NaN), curve: [] },
    ...{ before: part === 'before' ? answers : [], after: part === 'after' ? answers : [] },
  });
