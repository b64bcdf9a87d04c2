/** On a narrow screen the run's buttons stand beside the picture while it is under way; what starts a run brings both into view. */
import { useEffect, useRef } from 'preact/hooks';
import { isActive } from './controls.ts';
import { runNumber, runState } from './run.ts';
import { Commands } from './Commands.tsx';

/** Where the columns stand one under the other (page.css). */
const NARROW = '(max-width: 60rem)';

export function AtHand() {
  const place = useRef<HTMLDivElement>(null);
  const isUnderWay = isActive(runState.value);
  const number = runNumber.value;
  useEffect(() => {
    if (!isUnderWay || !matchMedia(NARROW).matches) return;
    place.current?.scrollIntoView();
    // The button that was pressed is hidden now, and the focus with it.
    if (document.activeElement === document.body)
      place.current?.querySelector('button')?.focus({ preventScroll: true });
  }, [number, isUnderWay]);
  return (
    <div ref={place} class="at-hand">
      {isUnderWay && <Commands />}
    </div>
  );
}
