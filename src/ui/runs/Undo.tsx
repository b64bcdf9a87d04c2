/** The offer to have back what was just deleted, at the end of the window, where it moves nothing. Fetched with the first deletion. */
import { useEffect, useRef } from 'preact/hooks';
import { savesOf } from '../state/saved.ts';
import { expireDeletions, forgo, lastDeletion, undo, undoProblem } from './undo.ts';
import { words } from './words.ts';

expireDeletions();

export function Undo() {
  const button = useRef<HTMLButtonElement>(null);
  const deletion = lastDeletion.value;
  useEffect(() => {
    // The button that deleted it is gone, and the focus with it.
    if (document.activeElement === document.body) button.current?.focus();
  }, [deletion?.at]);
  if (!deletion && !undoProblem.value) return null;
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
    </aside>
  );
}
