/** What the first step of the run showed, and one row overfitted on demand. */
import { checks } from '../run/run.ts';
import { Controls } from './Controls.tsx';
import { learnByHeart, overfitted } from './state.ts';
import { words } from './words.ts';

export function FirstStep() {
  const trial = overfitted.value;
  const found = [
    ...checks.value,
    ...(trial?.result
      ? [{ name: 'overfit', sound: trial.result.learnt, message: words.first.overfitted(trial.result, trial.subject) }]
      : []),
  ];
  return (
    <section>
      <h2>{words.first.heading}</h2>
      {checks.value.length === 0 && <p class="note">{words.first.empty}</p>}
      <ul class="checks">
        {found.map(({ name, sound, message }) => (
          <li key={name}>
            <span class={`level ${sound ? '' : 'error'}`}>{sound ? words.first.sound : words.first.wrong}</span>
            <span>{message}</span>
          </li>
        ))}
      </ul>
      <Controls
        trial="overfit"
        label={words.first.overfit}
        begin={learnByHeart}
        doing={words.first.overfitting(trial?.losses.length ?? 0, trial?.losses.at(-1))}
      />
      <p class="note">{words.first.overfitNote}</p>
    </section>
  );
}
