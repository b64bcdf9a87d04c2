/** Right answers before and after, question by question, with McNemar's test. */
import * as format from '../format.ts';
import { lessonWords } from '../lessons/words.ts';
import { saveFile } from '../results/save.ts';
import { type Item, itemsCsv } from './mcnemar.ts';

export function QuizTally({ quiz, alone }: { quiz: readonly Item[]; alone: number }) {
  const words = lessonWords.quiz;
  const head = [words.item, words.pairs, words.rightBefore, words.rightAfter, words.p, words.power];
  return (
    <section class="stack-2">
      <h3>{words.heading}</h3>
      {alone > 0 && <p>{words.unpaired(alone)}</p>}
      <table>
        <thead>
          <tr>
            {head.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {quiz.map(({ pairs, before, after, p, power }, i) => (
            <tr key={i}>
              <th scope="row">{i + 1}</th>
              <td>{pairs}</td>
              <td>{before}</td>
              <td>{after}</td>
              <td>{p.toPrecision(2)}</td>
              <td>{format.percent(power)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="note">{words.powerAbout}</p>
      <button
        type="button"
        onClick={() => void saveFile('questions.csv', new Blob([itemsCsv(quiz)], { type: 'text/csv' }))}
      >
        {lessonWords.tally.saveCsv}
      </button>
    </section>
  );
}
