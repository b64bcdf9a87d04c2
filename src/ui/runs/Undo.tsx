/** The offer to have back what was just deleted, at the end of the window, where it moves nothing. Fetched with the first deletion. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { savesOf } from './saved.ts';
import { expireDeletions, forgo, lastDeletion, undo, undoProblem } from './undo.ts';
import { words } from './words.ts';

expireDeletions();

/** The deletion whose offer was put away; its time goes on. */
const hidden = signal<number | null>(null);
const hide = () => {
  hidden.value = lastDeletion.value?.at ?? null;
  undoProblem.value = null;
};

export function Undo() {
  const button = useRef<HTMLButtonElement>(null);
  const deletion = lastDeletion.value;
  useEffect(() => {
    // The button that deleted it is gone, and the focus with it.
    if (document.activeElement === document.body) button.current?.focus();
  }, [deletion?.at]);
  if (!(deletion && deletion.at !== hidden.value) && !undoProblem.value) return null;
  return (
    <aside class="undo" aria-label={words.undo}>
      <span role="status">{undoProblem.value ?? (deletion && words.deleted(deletion.names))}</span>
      {deletion && (
        <>
          <button type="button" ref={button} onClick={() => void undo(deletion)}>
            {words.undo}
          </button>
          <button type="button" class="quiet" onClick={() => void forgo()}>
            {words.forgo(savesOf(deletion.saves))}
          </button>
        </>
      )}
      <button type="button" class="quiet" onClick={hide}>
        {words.hide}
      </button>
    </aside>
  );
}
