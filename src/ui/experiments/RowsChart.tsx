/** Rows with a name each beside a horizontal scale: what dots and gauges are drawn in. */
import type { ComponentChildren } from 'preact';
import { linear, ticks } from './scale.ts';
import { useWidth } from '../components/useWidth.ts';
import { words } from './words.ts';

const HEAD = 6;
const FOOT = 20;
/** Width of a letter of a name, about, and letters that the narrowest margin has room for. */
const LETTER = 6.6;
const FEWEST_LETTERS = 4;

/** Pixels of the scale and of its ends. */
export interface RowsScale {
  x(value: number): number;
  left: number;
  right: number;
}

interface Props<Row> {
  title: string;
  rows: readonly Row[];
  /** Height of a row, px. */
  row: number;
  /** Ends of the scale. */
  from: number;
  to: number;
  /** Room at the right, px. */
  margin: number;
  /** How many ticks the width has room for, and what stands at one. */
  tickCount(width: number): number;
  tick(value: number): string;
  lineClass(value: number): string;
  /** A row in words. */
  told(row: Row): string;
  /** Marks of a row at height y. */
  draw(row: Row, y: number, scale: RowsScale): ComponentChildren;
  /** A value marked through all rows. */
  level?: number;
}

export function RowsChart<Row extends { name: string }>(props: Props<Row>) {
  const { title, rows, row, from, to, margin, level } = props;
  const { ref, width } = useWidth<HTMLDivElement>();
  const left = Math.min(Math.max(FEWEST_LETTERS, ...rows.map(({ name }) => name.length)) * LETTER + 10, width * 0.45);
  const right = width - margin;
  const x = linear(from, to, left, Math.max(left + 10, right));
  const bottom = HEAD + rows.length * row;
  return (
    <div ref={ref} class="chart">
      <h3 class="note">{title}</h3>
      {width > 0 && (
        <svg
          role="img"
          aria-label={words.differences.summary(title, rows.map(props.told))}
          width={width}
          height={bottom + FOOT}
        >
          {ticks(from, to, props.tickCount(width - left)).map((value) => (
            <g key={value}>
              <line class={props.lineClass(value)} x1={x(value)} x2={x(value)} y1={HEAD} y2={bottom} />
              <text x={x(value)} y={bottom + 15} text-anchor="middle">
                {props.tick(value)}
              </text>
            </g>
          ))}
          {level !== undefined && <line class="level" x1={x(level)} x2={x(level)} y1={HEAD} y2={bottom} />}
          {rows.map((one, i) => {
            const y = HEAD + (i + 0.5) * row;
            return (
              <g key={one.name}>
                <text class="name" x={left - 8} y={y + 4} text-anchor="end">
                  {one.name}
                </text>
                {props.draw(one, y, { x, left, right })}
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}
