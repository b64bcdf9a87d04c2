/** The fixed questions of the phases' ends, one row each, what was answered before and after the switch side by side. */
import { Table } from '../components/Table.tsx';
import { shownPlan } from '../state/config.ts';
import { samples } from '../state/run.ts';
import { text } from '../strings.ts';

export function Answers() {
  const asked = samples.value.filter(({ question }) => question);
  const steps = [...new Set(asked.map(({ step }) => step))];
  if (steps.length === 0) return null;
  const prompts = [...new Map(asked.map(({ prompt, question }) => [prompt, question!]))];
  return (
    <section class="whole">
      <h2>{text.answers.heading}</h2>
      <Table
        name={text.answers.heading}
        class="answers"
        head={[text.answers.prompt, text.answers.expected, ...steps.map(momentOf)]}
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
      <p class="note">{text.answers.note}</p>
    </section>
  );
}

/** Which end of a phase a step is. */
function momentOf(step: number): string {
  const { phases, switchStep, endStep } = shownPlan.value;
  if (step === switchStep) return text.answers.beforeSwitch;
  if (step === endStep) return switchStep === null ? text.answers.end : text.answers.afterSwitch;
  return phases.some(({ name, firstStep }) => name !== 'base' && firstStep === step)
    ? text.answers.baseEnd
    : text.answers.at(step);
}
