/**
 * What the model writes: texts from along the run, and one on request while the run rests. Always as text, never as
 * markup.
 */
import { useSignal } from '@preact/signals';
import { hasWeights } from '../run/controls.ts';
import { history, isWatched, runConfig, runState, samples } from '../run/run.ts';
import { machine, sample } from '../trainer.ts';
import { resultsWords } from '../words/results.ts';

/** Texts on the page; earlier ones have scrolled out of interest. */
const SHOWN = 4;
/** Long enough for a sentence or two, short enough to be there within a second on a slow adapter. */
const TOKENS = 120;

export function Samples() {
  const latest = samples.value
    .filter(({ question }) => !question)
    .slice(-SHOWN)
    .reverse();
  return (
    <section class="stack-4">
      <h2>{resultsWords.samples.heading}</h2>
      {!isWatched.value && machine.value.kind === 'ready' && hasWeights(runState.value, history.length) && <Ask />}
      {latest.length === 0 && <p class="note">{resultsWords.samples.empty}</p>}
      {latest.map(({ step, prompt, text: written }) => (
        <Text key={step} title={resultsWords.samples.at(step)} prompt={prompt} written={written} />
      ))}
    </section>
  );
}

function Text({ title, prompt, written }: { title: string; prompt: string; written: string }) {
  return (
    <div>
      <h3 class="note">{title}</h3>
      <p class="sample">
        <b>{prompt}</b>
        {written}
      </p>
    </div>
  );
}

function Ask() {
  const prompt = useSignal('The ');
  const temperature = useSignal(0.8);
  const answer = useSignal<{ prompt: string; written: string } | null>(null);
  const count = useSignal(0);
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);

  const ask = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    problem.value = null;
    const asked = prompt.value;
    try {
      // Each request draws from a counter of its own, so that asking twice gives two texts and a repeated run the same
      // two.
      const seed = (runConfig.value?.seed ?? 0) + count.value++;
      answer.value = { prompt: asked, written: await sample(asked, TOKENS, temperature.value, seed) };
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      busy.value = false;
    }
  };

  return (
    <form class="stack-2" onSubmit={ask}>
      <div class="ask">
        <label>
          <span class="note">{resultsWords.samples.prompt}</span>
          <input type="text" value={prompt.value} onInput={(event) => (prompt.value = event.currentTarget.value)} />
        </label>
        <label>
          <span class="note">{resultsWords.samples.temperature}</span>
          <input
            type="number"
            min={0}
            max={2}
            step={0.1}
            value={temperature.value}
            onInput={(event) => {
              const value = event.currentTarget.valueAsNumber;
              if (Number.isFinite(value)) temperature.value = value;
            }}
          />
        </label>
        <button type="submit" disabled={busy.value}>
          {busy.value ? resultsWords.samples.writing : resultsWords.samples.write}
        </button>
      </div>
      {problem.value && <p role="alert">{problem.value}</p>}
      {answer.value && (
        <Text title={resultsWords.samples.own} prompt={answer.value.prompt} written={answer.value.written} />
      )}
    </form>
  );
}
