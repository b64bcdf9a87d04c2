/** The range test: its button, the sweep as a picture against the logarithm of the rate, and the band in words. */
import { Table } from '../components/Table.tsx';
import { extent, linear, ticks } from '../experiments/scale.ts';
import { useWidth } from '../components/useWidth.ts';
import { type RangePoint, rangeSentence, type RangeVerdict, SWEEP } from '../../recipe/rangeTest.ts';
import { config } from '../recipe/config.ts';
import * as format from '../format.ts';
import { Controls } from './Controls.tsx';
import { isWhole, sweep, testRange, verdict } from './state.ts';
import { words } from './words.ts';

const { range } = words;

export function RangeTest() {
  const [rateName, lossName, smoothedName, normName] = range.columns;
  const shown = sweep.value;
  const points = shown?.points ?? [];
  const found = verdict.value;
  return (
    <section class="stack-2">
      <h2>{range.heading}</h2>
      <Controls
        trial="range"
        label={shown ? range.again : range.begin}
        begin={testRange}
        doing={range.sweeping(points.length, points.at(-1)?.rate ?? SWEEP.from)}
      />
      {shown && points.length > 0 && (
        <RangeChart points={points} verdict={found} peak={config.value.base.schedule.peak} />
      )}
      {shown && found && (
        <p class="said" role="status">
          {range.from(shown.subject)} {rangeSentence(found)} {!isWhole.value && range.ended}
        </p>
      )}
      <p class="note">{range.note}</p>
      {found && (
        <details>
          <summary>{range.table}</summary>
          <Table name={range.chart} head={[rateName, [lossName, 'loss'], smoothedName, [normName, 'gradNorm']]}>
            {points.map(({ rate, loss, gradNorm }, i) => (
              <tr key={rate}>
                <th scope="row">{format.rate(rate)}</th>
                <td>{format.loss(loss)}</td>
                <td>{found.smoothed[i] === undefined ? '–' : format.loss(found.smoothed[i])}</td>
                <td>{gradNorm.toPrecision(3)}</td>
              </tr>
            ))}
          </Table>
        </details>
      )}
    </section>
  );
}

const HEIGHT = 260;
const HEAD = 22;
const FOOT = 36;
const LEFT = 44;
const RIGHT = 12;

interface ChartProps {
  points: readonly RangePoint[];
  verdict: RangeVerdict | null;
  /** The recipe's own. */
  peak: number;
}

function RangeChart({ points, verdict: found, peak }: ChartProps) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const finite = points.filter(({ loss }) => Number.isFinite(loss));
  const x = linear(Math.log10(SWEEP.from), Math.log10(SWEEP.to), LEFT, Math.max(LEFT + 10, width - RIGHT));
  const bottom = HEIGHT - FOOT;
  const [low, high] = extent(
    finite.map(({ loss }) => loss),
    0.06,
    0.5,
  );
  const y = linear(low, high, bottom, HEAD);
  const at = (rate: number) => x(Math.log10(rate));
  const line = (values: readonly number[]) =>
    values.map((value, i) => `${at(finite[i]!.rate).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const band = found?.band ?? null;
  const atPeak = at(peak);
  return (
    <div ref={ref} class="chart">
      <h3 class="note">{range.loss}</h3>
      {width > 0 && (
        <svg role="img" aria-label={found ? rangeSentence(found) : range.chart} width={width} height={HEIGHT}>
          {band && (
            <>
              <rect class="band" x={at(band[0])} y={HEAD} width={at(band[1]) - at(band[0])} height={bottom - HEAD} />
              <text class="name" x={(at(band[0]) + at(band[1])) / 2} y={HEAD - 7} text-anchor="middle">
                {range.band}
              </text>
            </>
          )}
          {ticks(low, high, 4).map((value) => (
            <g key={value}>
              <line class="grid" x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} />
              <text x={LEFT - 6} y={y(value) + 4} text-anchor="end">
                {value}
              </text>
            </g>
          ))}
          <line class="ground" x1={LEFT} x2={width - RIGHT} y1={bottom} y2={bottom} />
          {[-5, -4, -3, -2, -1, 0].map((power) => (
            <g key={power}>
              <line class="ground" x1={x(power)} x2={x(power)} y1={bottom} y2={bottom + 4} />
              <text x={x(power)} y={bottom + 16} text-anchor={power === 0 ? 'end' : 'middle'}>
                {power === 0 ? '1' : `1e${power}`}
              </text>
            </g>
          ))}
          <text x={width - RIGHT} y={HEIGHT - 4} text-anchor="end">
            {range.rate}
          </text>
          {peak >= SWEEP.from && (
            <>
              <line class="switch" x1={atPeak} x2={atPeak} y1={HEAD} y2={bottom} />
              <text
                class="flag"
                x={atPeak + (atPeak > width / 2 ? -5 : 5)}
                y={bottom - 6}
                text-anchor={atPeak > width / 2 ? 'end' : 'start'}
              >
                {range.yours}
              </text>
            </>
          )}
          <polyline class="line raw" points={line(finite.map(({ loss }) => loss))} />
          {found && <polyline class="line smooth" points={line(found.smoothed)} />}
        </svg>
      )}
    </div>
  );
}
