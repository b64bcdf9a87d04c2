/**
 * "What am I looking at?": the parts of the page, one after another, each brought into view and ruled in the margin. The
 * page stays usable under it; Escape or Close ends it, and the focus goes back to where it was.
 */
import { useEffect, useRef } from 'preact/hooks';
import { beginTour, declineTour, endTour, isInvited, tourStep } from './tour.ts';
import { pageWords } from '../words/page.ts';

/** The parts, by selector; a part that is not there is passed over. */
const PARTS = [
  ['.figure', 'figure'],
  ['.run-panel', 'run'],
  ['.switch-field', 'switch'],
  ['.bars', 'blends'],
  ['.results', 'results'],
  ['.header nav', 'evidence'],
] as const;

export function TourInvitation() {
  if (!isInvited.value) return null;
  return (
    <p class="invitation">
      {pageWords.tour.invitation}{' '}
      <button type="button" class="quiet" onClick={beginTour}>
        {pageWords.tour.begin}
      </button>{' '}
      <button type="button" class="quiet" onClick={declineTour}>
        {pageWords.tour.decline}
      </button>
    </p>
  );
}

export function Tour() {
  return tourStep.value === null ? null : <Walk at={tourStep.value} />;
}

function Walk({ at }: { at: number }) {
  const panel = useRef<HTMLElement>(null);
  const parts = PARTS.filter(([selector]) => document.querySelector(selector));
  const [selector, name] = parts[Math.min(at, parts.length - 1)];
  const { title, say } = pageWords.tour.parts[name];

  useEffect(() => {
    const before = document.activeElement;
    const leave = (event: KeyboardEvent) => event.key === 'Escape' && endTour();
    document.addEventListener('keydown', leave);
    return () => {
      document.removeEventListener('keydown', leave);
      // The invitation is gone once it was followed: the picture is what the walk began with.
      const back = before?.isConnected && before !== document.body ? before : document.querySelector('#chart');
      (back as HTMLElement | null)?.focus();
    };
  }, []);
  useEffect(() => {
    const part = document.querySelector(selector)!;
    part.classList.add('toured');
    // At its beginning: the panel lies over the end of the window.
    part.scrollIntoView({ block: 'start' });
    // At first, and where the button that had the focus is gone.
    if (!panel.current!.contains(document.activeElement)) panel.current!.focus({ preventScroll: true });
    return () => part.classList.remove('toured');
  }, [selector]);

  const go = (step: number) => (tourStep.value = step);
  return (
    <section
      ref={panel}
      class="tour stack-2"
      role="dialog"
      aria-labelledby="tour-title"
      aria-describedby="tour-text"
      tabIndex={-1}
    >
      <h2 id="tour-title">
        {title} <span class="note">{pageWords.tour.place(at + 1, parts.length)}</span>
      </h2>
      <p id="tour-text" aria-live="polite">
        {say}
      </p>
      <div class="buttons">
        <button type="button" disabled={at === 0} onClick={() => go(at - 1)}>
          {pageWords.tour.back}
        </button>
        {at + 1 < parts.length && (
          <button type="button" class="primary" onClick={() => go(at + 1)}>
            {pageWords.tour.next}
          </button>
        )}
        <button type="button" class="quiet" onClick={endTour}>
          {pageWords.tour.close}
        </button>
      </div>
    </section>
  );
}
