/** The reader's own text that this browser keeps: what there is, its size, and what can be done with it. */
import * as format from '../format.ts';
import { erase, sourceOf, use } from './keeping.ts';
import { keepingProblems, type KeptText, keptTexts, textId } from './keptTexts.ts';
import { words } from './words.ts';

export function KeptTexts() {
  const texts = keptTexts.value;
  const total = texts.reduce((sum, { size }) => sum + size, 0);
  return (
    <section class="kept stack-2">
      {texts.length > 0 && (
        <details>
          <summary>{words.kept(texts.length, total)}</summary>
          <p class="note">{words.keptNote}</p>
          <ul>
            {texts.map((text) => (
              <Row key={textId(text)} text={text} />
            ))}
          </ul>
        </details>
      )}
      <div role="status">
        {keepingProblems.value.map((sentence) => (
          <p key={sentence} class="problem">
            {sentence}
          </p>
        ))}
      </div>
    </section>
  );
}

function Row({ text }: { text: KeptText }) {
  const { name, size } = text;
  const inUse = sourceOf(text) !== undefined;
  return (
    <li class="file-line">
      <span>
        {name} <span class="note">{format.bytes(size)}</span>
      </span>
      <span class="buttons">
        {inUse ? (
          <span class="note">{words.inUse}</span>
        ) : (
          <button type="button" class="quiet" aria-label={words.useOf(name)} onClick={() => void use(text)}>
            {words.use}
          </button>
        )}
        <button type="button" class="quiet" aria-label={words.eraseOf(name)} onClick={() => void erase(text)}>
          {words.erase}
        </button>
      </span>
    </li>
  );
}
