/** Lines over tokens, each with its name at its end: no key to look things up in. */
import { extent, linear, spreadLabels, ticks } from './scale.ts';
import type { Look } from './look.ts';
import { useWidth } from '../components/useWidth.ts';
import * as format from '../format.ts';

export interface Line {
  name: string;
  look: Look;
  /** [x, y], ascending in x. */
  points: readonly (readonly [number, number])[];
  /** x at which the arm changes its blend; null: never. */
  ring: number | null;
  /** Still under way. */
  live?: boolean;
  /** Mark every point: they are few and measured, not a curve. */
  marked?: boolean;
}

interface Props {
  title: string;
  summary: string;
  lines: readonly Line[];
  /** Extent of x. */
  to: number;
  xName: string;
  /** What is written below the axis in place of round numbers. */
  marks?: readonly { x: number; text: string }[];
  /** x of the rule in ember. */
  rule: { x: number; name: string } | null;
  /** A level to compare with, drawn where the picture reaches down to it. */
  level?: { y: number; name: string };
  /** Values that the axis must reach besides: those of the picture beside it, to be compared with. */
  beside?: readonly number[];
  /** How a value is written on the axis. */
  write(value: number): string;
  /** Smallest extent of y worth a picture: below it differences would only look large. */
  least: number;
  height: number;
}

const HEAD = 18;
const FOOT = 34;
const LEFT = 38;
const LABEL = 12;
/** Width of a letter of the labels, px; names are set in the sans at 12 px. */
const LETTER = 6.4;

export function LineChart({
  title,
  summary,
  lines,
  to,
  xName,
  marks,
  beside = [],
  rule,
  level,
  write,
  least,
  height,
}: Props) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const named = lines.filter(({ points }) => points.length > 0);
  const longest = Math.max(0, ...named.map(({ name }) => name.length));
  const right = Math.min(longest * LETTER + 14, width * 0.4);
  const plot = Math.max(10, width - LEFT - right);
  const bottom = height - FOOT;
  const values = named.flatMap(({ points }) => points.map(([, y]) => y));
  const [low, high] = extent([...values, ...beside], 0.06, least);
  const x = linear(0, to, LEFT, LEFT + plot);
  const y = linear(low, high, bottom, HEAD);
  const ends = named.map(({ points }) => y(points.at(-1)![1]));
  const places = spreadLabels(ends, LABEL + 1.5, HEAD + 2, bottom);
  return (
    <div ref={ref} class="chart">
      <h3 class="note">{title}</h3>
      {width > 0 && (
        <svg role="img" aria-label={summary} width={width} height={height}>
          {values.length > 0 &&
            ticks(low, high, 4).map((value) => (
              <g key={value}>
                <line class="grid" x1={LEFT} x2={LEFT + plot} y1={y(value)} y2={y(value)} />
                <text x={LEFT - 6} y={y(value) + 4} text-anchor="end">
                  {write(value)}
                </text>
              </g>
            ))}
          <line class="ground" x1={LEFT} x2={LEFT + plot} y1={bottom} y2={bottom} />
          {(marks ?? ticks(0, to, plot / 90).map((value) => ({ x: value, text: format.short(value) }))).map((mark) => (
            <g key={mark.x}>
              <line class="ground" x1={x(mark.x)} x2={x(mark.x)} y1={bottom} y2={bottom + 4} />
              <text x={x(mark.x)} y={bottom + 16} text-anchor="middle">
                {mark.text}
              </text>
            </g>
          ))}
          <text x={LEFT + plot} y={height - 4} text-anchor="end">
            {xName}
          </text>
          {rule && (
            <>
              <line class="switch" x1={x(rule.x)} x2={x(rule.x)} y1={HEAD - 4} y2={bottom} />
              <text class="flag" x={x(rule.x) - 5} y={HEAD - 6} text-anchor={x(rule.x) - LEFT > 110 ? 'end' : 'start'}>
                {rule.name}
              </text>
            </>
          )}
          {level && values.length > 0 && level.y > low && (
            <>
              <line class="level" x1={LEFT} x2={LEFT + plot} y1={y(level.y)} y2={y(level.y)} />
              <text x={LEFT + 4} y={y(level.y) - 4}>
                {level.name}
              </text>
            </>
          )}
          {named.map((line, i) => (
            <Drawn key={line.name} line={line} x={x} y={y} label={places[i]!} at={LEFT + plot} />
          ))}
        </svg>
      )}
    </div>
  );
}

type Place = (value: number) => number;

function Drawn({ line, x, y, label, at }: { line: Line; x: Place; y: Place; label: number; at: number }) {
  const { name, look, points, ring, live, marked } = line;
  const stroke = { stroke: look.colour, 'stroke-width': look.width, 'stroke-dasharray': look.dash };
  const [lastX, lastY] = points.at(-1)!;
  const change = ring === null ? undefined : points.findLast(([before]) => before <= ring);
  const past = ring !== null && ring < lastX;
  return (
    <g>
      <polyline
        class="line"
        points={points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(' ')}
        {...stroke}
      />
      {marked && points.map(([a, b]) => <circle key={a} cx={x(a)} cy={y(b)} r={2.5} fill={look.colour} />)}
      {change && past && <circle class="ring" cx={x(change[0])} cy={y(change[1])} r={4} stroke={look.colour} />}
      {live && <circle cx={x(lastX)} cy={y(lastY)} r={4} fill="var(--ember)" />}
      <polyline
        class="lead"
        points={`${x(lastX) + 3},${y(lastY)} ${at + 2},${y(lastY)} ${at + 8},${label}`}
        stroke={look.colour}
      />
      <text class="name" x={at + 11} y={label + 4}>
        {name}
      </text>
    </g>
  );
}
