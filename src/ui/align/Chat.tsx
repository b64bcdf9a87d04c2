/** A chat with any two checkpoints, side by side. Text is shown as text, whatever is written; all of it works by keyboard. */
import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import type { CheckpointName } from '../../recipe/alignApi.ts';
import { examplePrompt, exchanges, isSaying, type Reply, send, shownSides, sides, stopSaying } from './chat.ts';
import { speakers } from './state.ts';
import { words } from './words.ts';

/** At which answers differ from one draw to the next. */
const DRAWN = 1;

export function Chat() {
  const id = useId();
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape' && isSaying.value) void stopSaying();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const text = useSignal('');
  const drawn = useSignal(false);
  const [left, right] = shownSides();
  const say = (prompt: string, temperature: number) => {
    if (prompt.trim() !== '' && !isSaying.value) void send(prompt.trim(), temperature);
  };
  const last = exchanges.value.at(-1);
  const side = (label: string, value: CheckpointName, choose: (name: CheckpointName) => void) => (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => choose(event.currentTarget.value as CheckpointName)}>
        {speakers.value.map((one) => (
          <option key={one} value={one}>
            {words.stageName(one)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <section class="align-chat">
      <h2>{words.chat}</h2>
      <p class="note">{words.chatNote}</p>
      <div class="buttons">
        {side(words.left, left, (name) => (sides.value = [name, right]))}
        {side(words.right, right, (name) => (sides.value = [left, name]))}
        <label>
          {words.sampling}{' '}
          <select
            value={drawn.value ? 'drawn' : 'greedy'}
            onChange={(event) => (drawn.value = event.currentTarget.value === 'drawn')}
          >
            <option value="greedy">{words.greedy}</option>
            <option value="drawn">{words.sampled}</option>
          </select>
        </label>
      </div>
      <div role="log" aria-label={words.chatLog}>
        <ol class="exchanges">
          {exchanges.value.map(({ id: key, prompt, replies }) => (
            <li key={key}>
              <p class="asked">
                <span class="note">{words.you}</span> {prompt}
              </p>
              <div class="pair">
                {replies.map((reply, i) => (
                  <Answer key={i} reply={reply} />
                ))}
              </div>
            </li>
          ))}
        </ol>
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          say(text.value, drawn.value ? DRAWN : 0);
        }}
      >
        <label for={`${id}-prompt`}>{words.message}</label>
        <input
          id={`${id}-prompt`}
          type="text"
          autocomplete="off"
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        <div class="buttons">
          <button type="submit" disabled={isSaying.value}>
            {words.send}
          </button>
          <button type="button" disabled={!isSaying.value} onClick={() => void stopSaying()}>
            {words.stop}
          </button>
          <button type="button" disabled={isSaying.value || !last} onClick={() => say(last!.prompt, DRAWN)}>
            {words.regenerate}
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => void examplePrompt().then((prompt) => (text.value = prompt))}
          >
            {words.example}
          </button>
        </div>
      </form>
    </section>
  );
}

function Answer({ reply: { checkpoint, text, state, ended, verdict } }: { reply: Reply }) {
  return (
    <div>
      <p class="note">{words.stageName(checkpoint)}</p>
      <p class={state === 'failed' ? 'problem' : 'said'}>{text || (state === 'saying' ? words.saying : words.empty)}</p>
      {state === 'said' && (
        <p class="note verdict">
          {!ended && <span>{words.cut}</span>}
          {verdict ? (
            <>
              <span class={verdict.right ? 'good' : 'bad'}>
                {verdict.right ? words.verdictRight : words.verdictWrong}
              </span>
              {verdict.instructions.map(({ phrase, followed }) => (
                <span key={phrase} class={followed ? 'good' : 'bad'}>
                  {followed ? words.followed(phrase) : words.ignored(phrase)}
                </span>
              ))}
              <span>{words.reward(verdict.reward)}</span>
              {!(verdict.right && verdict.instructions.every(({ followed }) => followed)) && (
                <span>{words.wouldBe(verdict.gold)}</span>
              )}
            </>
          ) : (
            <span>{words.unjudged}</span>
          )}
        </p>
      )}
    </div>
  );
}
