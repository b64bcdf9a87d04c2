/** A word-sized line: y over x from start to end, its last point marked, a hairline where the blend switches. */
interface Props {
  x: readonly number[];
  y: readonly number[];
  /** Extent of x. */
  start: number;
  end: number;
  mark: number | null;
  label: string;
}

const WIDTH = 72;
const HEIGHT = 18;

export function Sparkline({ x, y, start, end, mark, label }: Props) {
  const low = Math.min(...y);
  const high = Math.max(...y);
  const px = (value: number) => (((value - start) / (end - start)) * WIDTH).toFixed(1);
  const py = (value: number) => (high > low ? (1 - (value - low) / (high - low)) * HEIGHT : HEIGHT / 2).toFixed(1);
  const points = x.map((value, i) => `${px(value)},${py(y[i])}`).join(' ');
  return (
    <svg
      class="sparkline"
      role="img"
      aria-label={label}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
    >
      {mark !== null && (
        <line x1={px(mark)} x2={px(mark)} y1={-2} y2={HEIGHT + 2} stroke="var(--ember)" stroke-width="1" />
      )}
      <polyline points={points} fill="none" stroke="var(--ink)" stroke-width="1.25" />
      <circle cx={px(x[x.length - 1])} cy={py(y[y.length - 1])} r="2" fill="var(--ember)" />
    </svg>
  );
}
