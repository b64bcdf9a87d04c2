import { useEffect, useRef } from 'preact/hooks';
import { helpIsOpen } from './help.ts';
import { view } from './route.ts';
import { beginTour } from './tour.ts';
import { singleKeys } from './keys.ts';
import { pageWords } from '../words/page.ts';

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpIsOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="stack-4" aria-labelledby="help-heading" onClose={() => (helpIsOpen.value = false)}>
      <h2 id="help-heading" tabIndex={-1} autofocus>
        {pageWords.help}
      </h2>
      <p>{pageWords.keys.about}</p>
      {view.value === 'run' && (
        <button
          type="button"
          onClick={() => {
            helpIsOpen.value = false;
            beginTour();
          }}
        >
          {pageWords.tour.begin}
        </button>
      )}
      <h3>{pageWords.keys.heading}</h3>
      <dl class="keys">
        {pageWords.keys.list.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={singleKeys.value}
          onChange={(event) => (singleKeys.value = event.currentTarget.checked)}
        />
        {pageWords.keys.enabled}
      </label>
      <button type="button" onClick={() => (helpIsOpen.value = false)}>
        {pageWords.keys.close}
      </button>
    </dialog>
  );
}
