/** Right answers before and after, question by question, with McNemar's test. */
import { quantity } from '../lessons/fill.ts';
import { decimal } from '../lessons/language.ts';
import { lessonWords } from '../lessons/words.ts';
import { saveFile } from '../results/save.ts';
import { type Item, itemsCsv } from './mcnemar.ts';

/** Below it a p says no more: as papers write it. The CSV has it whole. */
const LEAST = 0.001;

export function QuizTally({ quiz, alone }: { quiz: readonly Item[]; alone: number }) {
  const words = lessonWords.quiz;
  const head = [words.item, words.pairs, words.rightBefore, words.rightAfter, words.p, words.power];
  return (
    <section class="stack-2">
      <h3>{words.heading}</h3>
      {alone > 0 && <p>{words.unpaired(alone)}</p>}
      <div class="scroll" role="region" tabIndex={0} aria-label={words.heading}>
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
                <td>{p < LEAST ? `< ${decimal(LEAST, 3)}` : decimal(p, 3)}</td>
                <td>{quantity({ value: 100 * power, unit: 'percent', isSigned: false })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
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
