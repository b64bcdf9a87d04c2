/**
 * A word for a number, with its explanation: on hover, on focus (a tap is one), and to a screen reader as a description.
 * The tip lies above everything, so that no table cuts it off; Escape puts it away (state/tips.ts).
 */
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { type Metric, METRICS, type MetricName } from '../words/metrics.ts';
import { SourceNote } from '../recipe/SourceNote.tsx';

interface ExplainedProps extends Metric {
  /** What has the focus, with the description's id. */
  children(describedBy: string): ComponentChildren;
}

/** Pixels that the tip is wide at most, and its distance from the window's edge. */
const [WIDTH, EDGE] = [288, 8];

export function Explained({ explanation, formula, source, children }: ExplainedProps) {
  const id = useId();
  const tip = useRef<HTMLSpanElement>(null);
  const show = (event: Event) => {
    const element = tip.current!;
    const { left, top, bottom } = (event.currentTarget as Element).getBoundingClientRect();
    if (!element.matches(':popover-open')) element.showPopover();
    // Below the word, above it where the window ends before the tip does.
    const height = element.offsetHeight;
    element.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - WIDTH - EDGE))}px`;
    element.style.top = `${bottom + height > innerHeight && top > height ? top - height : bottom}px`;
  };
  const hide = () => tip.current?.hidePopover();
  return (
    <span class="term" onPointerEnter={show} onPointerLeave={hide} onFocusIn={show} onFocusOut={hide}>
      {children(id)}
      <span ref={tip} id={id} class="tip" role="tooltip" popover="manual">
        {explanation} <SourceNote formula={formula} source={source} />
      </span>
    </span>
  );
}

/** A word that is no control: it takes the focus for the sake of its explanation alone. */
export function Word({ children, ...metric }: Metric & { children: ComponentChildren }) {
  return (
    <Explained {...metric}>
      {(describedBy) => (
        <dfn class="word" tabIndex={0} aria-describedby={describedBy}>
          {children}
        </dfn>
      )}
    </Explained>
  );
}

export function Term({ metric, children }: { metric: MetricName; children: ComponentChildren }) {
  return <Word {...METRICS[metric]}>{children}</Word>;
}
