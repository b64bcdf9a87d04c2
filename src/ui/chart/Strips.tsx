/**
 * The three strips over one step axis, with what CSS draws around the canvas lines: phases, rules, blends, the reading
 * line.
 */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignalEffect, type Signal } from '@preact/signals';
import type { Phase, RunPlan } from '../../recipe/phases.ts';
import type { StepScale } from './scale.ts';
import { lookOf } from './palette.ts';
import { Plots, type PlotsInput } from './plots.ts';
import { sharesOf } from '../state/config.ts';
import { theme } from '../state/theme.ts';
import { text } from '../strings.ts';

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
  onKey(event: KeyboardEvent): void;
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

function stretch({ firstStep, steps }: Phase, scale: StepScale): { left: string; width: string } {
  const left = scale.position(firstStep);
  return { left: percent(left), width: percent(scale.position(firstStep + steps) - left) };
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
  }, [look]);

  useLayoutEffect(() => plots.current?.update(latest.current), [plan, scale, input.smoother, input.wholeRange]);
  useSignalEffect(() => {
    if (redraw.value >= 0) plots.current?.update(latest.current);
  });

  const read = (event: PointerEvent) => {
    const box = area.current!.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    onRead(share < 0 || share > 1 ? null : Math.min(plan.endStep - 1, Math.floor(scale.step(share))));
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
        onPointerMove={read}
        onPointerLeave={() => onRead(null)}
        onKeyDown={props.onKey}
        onBlur={() => onRead(null)}
      >
        <span class="axis-name">{text.chart.loss}</span>
        <div class="loss-plot" ref={loss} />
        <div class="strip-title">{text.chart.blend}</div>
        <BlendStrip plan={plan} scale={scale} sources={props.sources} trained={props.trained} />
        <div class="strip-title">{text.chart.rate}</div>
        <div class="rate-plot" ref={rate} />
      </div>
      {props.reading !== null && (
        <div class="plot-area">
          <div class="hairline" style={{ left: percent(scale.position(props.reading)) }} />
        </div>
      )}
      <p id="chart-keys" hidden>
        {text.chart.keys}
      </p>
    </div>
  );
}

function Phases({ plan, scale, divisor }: { plan: RunPlan; scale: StepScale; divisor: number | null }) {
  return (
    <>
      {plan.phases.map((phase) => (
        <div key={phase.name} class={`phase ${phase.name}`} style={stretch(phase, scale)}>
          <span class="phase-name wide-only">{text.phase[phase.name]}</span>
          <span class="phase-name narrow-only">{text.phaseShort[phase.name]}</span>
        </div>
      ))}
      {plan.phases
        .filter((phase) => phase.firstStep > plan.firstStep)
        .map(({ name, firstStep: from }) => (
          <div
            key={name}
            class={`rule ${from === plan.switchStep ? 'switch' : ''}`}
            style={{ left: percent(scale.position(from)) }}
          >
            {from === plan.switchStep && (
              <span class={`flag ${scale.position(from) < 0.5 ? 'right' : ''}`}>
                {text.chart.switchAt(from)}
                {divisor !== null && (
                  <>
                    <br />
                    {text.chart.switchRate(divisor)}
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
      {plan.phases.map((phase) => (
        <div key={phase.name} class="column" style={stretch(phase, scale)}>
          {sources.map((source, index) => {
            const share = sharesOf(phase.blend)[source] ?? 0;
            const look = lookOf(index);
            return (
              share > 0 && (
                <div key={source} class={`share ${look.class}`} style={`flex: ${share} 0 0; ${look.style}`}>
                  {share >= NAME_ROOM && <span class="share-name">{source}</span>}
                </div>
              )
            );
          })}
        </div>
      ))}
      {trained !== null && <div class="future" style={{ left: percent(scale.position(trained)) }} />}
    </div>
  );
}
