/** `?lesson=NAME&paper=report`: the lab report, to print or to save as Markdown. */
import { saveFile } from '../results/save.ts';
import { machinesOf } from './fill.ts';
import { markdownOf, sectionsOf } from './report.ts';
import { answerOf, lessonName, type Loaded } from './state.ts';
import { lessonWords } from './words.ts';

export function Report({ from }: { from: Loaded }) {
  const words = lessonWords.report;
  const sections = sectionsOf(from, answerOf);
  const save = () =>
    saveFile(`${lessonName.value}.md`, new Blob([markdownOf(from, sections)], { type: 'text/markdown' }));
  return (
    <main class="paper report stack-4">
      <div class="buttons no-print">
        <button type="button" class="primary" onClick={() => print()}>
          {lessonWords.paper.print}
        </button>{' '}
        <button type="button" onClick={save}>
          {words.save}
        </button>
      </div>
      <h1>{words.heading(from.lesson.title)}</h1>
      <p>{from.lesson.goal}</p>
      {sections.map(({ title, question, lines, table: [head, ...rows], why }) => (
        <section key={title} class="stack-2">
          <h2>{title}</h2>
          {question && <p>{question}</p>}
          {lines.map(([label, text]) => (
            <p key={label}>
              <strong>{label}:</strong> {text}
            </p>
          ))}
          {head ? (
            <div class="wide" role="region" aria-label={title} tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    {head.map((cell) => (
                      <th key={cell} scope="col">
                        {cell}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {rows.map(([label, ...cells], i) => (
                    <tr key={i}>
                      <th scope="row">{label}</th>
                      {cells.map((cell, j) => (
                        <td key={j}>{cell}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          ) : (
            <p>{words.noRun}</p>
          )}
          {why && (
            <p>
              <strong>{why.question}</strong> {why.answer || words.none}
            </p>
          )}
        </section>
      ))}
      <p class="note">{lessonWords.paper.madeOn(machinesOf(from.recorded).recorded)}</p>
    </main>
  );
}
