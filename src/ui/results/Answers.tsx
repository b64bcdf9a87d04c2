/** The fixed questions of the phases' ends, one row each, what was answered before and after the switch side by side. */
import { Table } from '../components/Table.tsx';
import { shownPlan } from '../recipe/config.ts';
import { samples } from '../run/run.ts';
import { resultsWords } from '../words/results.ts';

export function Answers() {
  const asked = samples.value.filter(({ question }) => question);
  const steps = [...new Set(asked.map(({ step }) => step))];
  if (steps.length === 0) return null;
  const prompts = [...new Map(asked.map(({ prompt, question }) => [prompt, question!]))];
  return (
    <section class="whole">
      <h2>{resultsWords.answers.heading}</h2>
      <Table
        name={resultsWords.answers.heading}
        class="answers"
        head={[resultsWords.answers.prompt, resultsWords.answers.expected, ...steps.map(momentOf)]}
      >
        {prompts.map(([prompt, { expected }]) => (
          <tr key={prompt}>
            <th scope="row">{prompt}</th>
            <td class="note">{expected}</td>
            {steps.map((step) => (
              <td key={step}>{asked.find((one) => one.step === step && one.prompt === prompt)?.text ?? ''}</td>
            ))}
          </tr>
        ))}
      </Table>
      <p class="note">{resultsWords.answers.note}</p>
    </section>
  );
}

/** Which end of a phase a step is. */
function momentOf(step: number): string {
  const { phases, switchStep, endStep } = shownPlan.value;
  if (step === switchStep) return resultsWords.answers.beforeSwitch;
  if (step === endStep) return switchStep === null ? resultsWords.answers.end : resultsWords.answers.afterSwitch;
  return phases.some(({ name, firstStep }) => name !== 'base' && firstStep === step)
    ? resultsWords.answers.baseEnd
    : resultsWords.answers.at(step);
}
