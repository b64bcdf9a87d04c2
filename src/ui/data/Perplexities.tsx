/** How many pages have which perplexity, and a limit to move: what it would drop is counted at once. */
import type { TargetedPointerEvent } from 'preact';
import { useId } from 'preact/hooks';
import type { DataReport } from '../../recipe/curation/dataReport.ts';
import { limit } from './state.ts';
import { words } from './words.ts';

/** Bins in the logarithm, and units of the picture. */
const BINS = 40;
const [WIDTH, HEIGHT] = [600, 160];

export function Perplexities({ report: { perplexities, limit: usual } }: { report: DataReport }) {
  const id = useId();
  if (perplexities.length === 0 || usual === null) return null;
  const logs = perplexities.map(({ value }) => Math.log(value));
  const low = Math.min(...logs);
  const high = Math.max(...logs) + 1e-9;
  const placeOf = (log: number) => (log - low) / (high - low);
  const bins = Array.from({ length: BINS }, () => [0, 0] as [others: number, noise: number]);
  for (const [i, { empty }] of perplexities.entries())
    bins[Math.min(BINS - 1, Math.floor(placeOf(logs[i]!) * BINS))]![empty ? 1 : 0]++;
  const most = Math.max(...bins.map(([others, noise]) => others + noise));
  const now = limit.value ?? usual;
  const over = perplexities.filter(({ value }) => value > now);
  const known = perplexities[0]!.empty !== null;
  const noise = perplexities.filter((one) => one.empty).length;
  const noiseOver = over.filter((one) => one.empty).length;
  const at = WIDTH * Math.min(1, Math.max(0, placeOf(Math.log(now))));
  const height = (count: number) => (HEIGHT * count) / most;
  /** The limit goes where the pointer is; by keyboard the slider below moves it. */
  const drag = ({ clientX, currentTarget }: TargetedPointerEvent<SVGSVGElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    limit.value = Math.exp(low + Math.min(1, Math.max(0, (clientX - left) / width)) * (high - low));
  };
  const summary = bins.flatMap(([others, planted], i) =>
    others + planted === 0
      ? []
      : [words.bin(Math.exp(low + (i / BINS) * (high - low)), others, known ? planted : null)],
  );
  return (
    <section>
      <h2>{words.perplexity}</h2>
      <p class="note">{words.perplexityNote(known, most)}</p>
      <svg
        class="histogram"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={words.histogram(summary)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag(event);
        }}
        onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && drag(event)}
      >
        {bins.map(([others, planted], i) => (
          <g key={i}>
            <rect
              class="clean"
              x={(i * WIDTH) / BINS}
              width={WIDTH / BINS - 1}
              y={HEIGHT - height(others)}
              height={height(others)}
            />
            <rect
              class="noise"
              x={(i * WIDTH) / BINS}
              width={WIDTH / BINS - 1}
              y={HEIGHT - height(others + planted)}
              height={height(planted)}
            />
          </g>
        ))}
        <line x1={at} x2={at} y1="0" y2={HEIGHT} />
        <circle cx={at} cy={HEIGHT / 2} r="6" />
      </svg>
      <div class="histogram-axis" aria-hidden="true">
        {ticks(Math.exp(low), Math.exp(high)).map((value) => (
          <span key={value} style={{ left: `${100 * placeOf(Math.log(value))}%` }}>
            {value}
          </span>
        ))}
      </div>
      <label class="limit-label" for={`${id}-limit`}>
        {words.limit} <output>{now.toFixed(0)}</output>
      </label>
      <input
        id={`${id}-limit`}
        class="limit"
        type="range"
        min={low}
        max={high}
        step="any"
        value={Math.log(now)}
        aria-valuetext={now.toFixed(0)}
        onInput={(event) => (limit.value = Math.exp(event.currentTarget.valueAsNumber))}
      />
      <p>
        {known
          ? words.limitSays(noiseOver, noise, over.length - noiseOver, perplexities.length - noise)
          : words.limitDrops(over.length, perplexities.length)}
      </p>
      <button type="button" disabled={limit.value === null} onClick={() => (limit.value = null)}>
        {words.usual}
      </button>
    </section>
  );
}

/** Round values between two: 1, 2, 5, 10 and so on, or powers of ten where those are more than a narrow screen has room for. */
function ticks(from: number, to: number): number[] {
  const powers = Array.from({ length: 8 }, (_, power) => 10 ** power);
  const within = (values: number[]) => values.filter((value) => value >= from && value <= to);
  const fine = within(powers.flatMap((power) => [power, 2 * power, 5 * power]));
  return fine.length > 9 ? within(powers) : fine;
}
