/**
 * The three strips over one step axis, with what CSS draws around the canvas lines: phases, rules, blends, the reading
 * line.
 */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal, useSignalEffect, type Signal } from '@preact/signals';
import type { Phase, RunPlan } from '../../recipe/phases.ts';
import type { StepScale } from './scale.ts';
import { lookOf } from './palette.ts';
import { breaksOf, type PlotsInput } from './drawn.ts';
import { Plots } from './plots.ts';
import { sharesOf } from '../recipe/config.ts';
import { putAway } from '../run/shown.ts';
import { theme } from '../page/theme.ts';
import { figureWords } from '../words/figure.ts';

interface Props {
  input: PlotsInput;
  /** Changes whenever the plots should be drawn again. */
  redraw: Signal<number>;
  sources: readonly string[];
  divisor: number | null;
  /** Steps trained so far; null before a run. */
  trained: number | null;
  reading: number | null;
  summary: string;
  onRead(step: number | null): void;
  /** A stretch of the plotting area was chosen, as shares of it; null: all of the run. */
  onZoom(window: readonly [number, number] | null): void;
  onKey(event: KeyboardEvent): void;
}

/** Pixels a pointer must be drawn before it means a stretch and not a click. */
const LEAST_DRAG = 8;

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

/** Narrower than this share of the picture, a phase has no room for a name. */
const NAME_WIDTH = 0.045;

const inside = (share: number) => Math.min(1, Math.max(0, share));

/** Where a phase lies, as far as it is in sight. */
function stretch({ firstStep, steps }: Phase, scale: StepScale) {
  const left = inside(scale.position(firstStep));
  const width = inside(scale.position(firstStep + steps)) - left;
  return width > 0 ? { left: percent(left), width: percent(width), isNarrow: width < NAME_WIDTH } : null;
}

export function Strips(props: Props) {
  const { input, redraw, onRead } = props;
  const { plan, scale } = input;
  const frame = useRef<HTMLDivElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const loss = useRef<HTMLDivElement>(null);
  const rate = useRef<HTMLDivElement>(null);
  const plots = useRef<Plots | null>(null);
  const latest = useRef(input);
  latest.current = input;
  const look = theme.value.resolved;

  useLayoutEffect(() => {
    const built = new Plots(
      { frame: frame.current!, area: area.current!, loss: loss.current!, rate: rate.current! },
      latest.current,
    );
    plots.current = built;
    const watcher = new ResizeObserver(() => built.resize());
    for (const element of [frame, loss, rate]) watcher.observe(element.current!);
    return () => {
      watcher.disconnect();
      built.destroy();
      plots.current = null;
    };
  }, [look, input.logLoss]);

  useLayoutEffect(
    () => plots.current?.update(latest.current),
    [plan, scale, input.smoother, input.wholeRange, input.others, input.heldOut, input.hidden],
  );
  useSignalEffect(() => {
    if (redraw.value >= 0) plots.current?.update(latest.current);
  });

  const shareAt = (event: PointerEvent) => {
    const box = area.current!.getBoundingClientRect();
    return (event.clientX - box.left) / box.width;
  };
  const chosen = useSignal<readonly [number, number] | null>(null);

  const press = (event: PointerEvent) => {
    const share = shareAt(event);
    // A finger scrolls the page; a mouse or a pen has nothing else to do here.
    if (event.button !== 0 || event.pointerType === 'touch' || share < 0 || share > 1) return;
    chosen.value = [share, share];
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    const share = shareAt(event);
    if (chosen.value) chosen.value = [chosen.value[0], inside(share)];
    onRead(share < 0 || share > 1 ? null : Math.min(plan.endStep - 1, Math.floor(scale.step(share))));
  };
  const release = () => {
    const window = chosen.value;
    chosen.value = null;
    if (!window) return;
    const [from, to] = [Math.min(...window), Math.max(...window)];
    if ((to - from) * area.current!.clientWidth >= LEAST_DRAG) props.onZoom([from, to]);
  };

  return (
    <div class="strips" ref={frame}>
      <div class="plot-area" ref={area}>
        <Phases plan={plan} scale={scale} divisor={props.divisor} />
      </div>
      <div
        class="plots"
        id="chart"
        role="img"
        tabIndex={0}
        aria-label={props.summary}
        aria-describedby="chart-keys"
        onPointerDown={press}
        onPointerMove={move}
        onPointerUp={release}
        onPointerCancel={() => (chosen.value = null)}
        onPointerLeave={() => onRead(null)}
        onDblClick={() => props.onZoom(null)}
        onKeyDown={props.onKey}
        onBlur={() => onRead(null)}
      >
        <span class="axis-name">{figureWords.chart.loss}</span>
        <div class="loss-plot" ref={loss} />
        <div class="strip-title">{figureWords.chart.blend}</div>
        <BlendStrip plan={plan} scale={scale} sources={props.sources} trained={props.trained} />
        <div class="strip-title">{figureWords.chart.rate}</div>
        <div class="rate-plot" ref={rate} />
      </div>
      <div class="plot-area">
        {chosen.value && (
          <div
            class="chosen"
            style={{
              left: percent(Math.min(...chosen.value)),
              width: percent(Math.abs(chosen.value[1] - chosen.value[0])),
            }}
          />
        )}
        {breaksOf(scale.values).map((share) => (
          <span key={share} class="scale-break" style={{ left: percent(share) }} aria-hidden="true" />
        ))}
        {props.reading !== null && inside(scale.position(props.reading)) === scale.position(props.reading) && (
          <div class="hairline" style={{ left: percent(scale.position(props.reading)) }} />
        )}
      </div>
      <p id="chart-keys" hidden>
        {figureWords.chart.keys}
      </p>
    </div>
  );
}

function Phases({ plan, scale, divisor }: { plan: RunPlan; scale: StepScale; divisor: number | null }) {
  return (
    <>
      {plan.phases.map((phase) => {
        const place = stretch(phase, scale);
        return (
          place && (
            <div key={phase.name} class={`phase ${phase.name}`} style={{ left: place.left, width: place.width }}>
              {!place.isNarrow && (
                <>
                  <span class="phase-name wide-only">{figureWords.phase[phase.name]}</span>
                  <span class="phase-name narrow-only">{figureWords.phaseShort[phase.name]}</span>
                </>
              )}
            </div>
          )
        );
      })}
      {plan.phases
        .filter(
          ({ firstStep }) =>
            firstStep > plan.firstStep && scale.position(firstStep) === inside(scale.position(firstStep)),
        )
        .map(({ name, firstStep: from }) => (
          <div
            key={name}
            class={`rule ${from === plan.switchStep ? 'switch' : ''}`}
            style={{ left: percent(scale.position(from)) }}
          >
            {from === plan.switchStep && (
              <span class={`flag ${scale.position(from) < 0.5 ? 'right' : ''}`}>
                {figureWords.chart.switchAt(from)}
                {divisor !== null && (
                  <>
                    <br />
                    {figureWords.chart.switchRate(divisor)}
                  </>
                )}
              </span>
            )}
          </div>
        ))}
    </>
  );
}

/** Shares below this part of the strip's height have no room for a name inside. */
const NAME_ROOM = 0.18;

function BlendStrip({
  plan,
  scale,
  sources,
  trained,
}: {
  plan: RunPlan;
  scale: StepScale;
  sources: readonly string[];
  trained: number | null;
}) {
  return (
    <div class="blend">
      {plan.phases.map((phase) => {
        const place = stretch(phase, scale);
        return (
          place && (
            <div key={phase.name} class="column" style={{ left: place.left, width: place.width }}>
              {sources.map((source, index) => {
                const share = sharesOf(phase.blend)[source] ?? 0;
                const look = lookOf(index);
                return (
                  share > 0 && (
                    <div
                      key={source}
                      class={`share ${look.class} ${putAway.value.has(`source ${source}`) ? 'away' : ''}`}
                      style={`flex: ${share} 0 0; ${look.style}`}
                    >
                      {share >= NAME_ROOM && !place.isNarrow && <span class="share-name">{source}</span>}
                    </div>
                  )
                );
              })}
            </div>
          )
        );
      })}
      {trained !== null && <div class="future" style={{ left: percent(inside(scale.position(trained))) }} />}
    </div>
  );
}
