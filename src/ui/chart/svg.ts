/** The picture as one SVG file: loss, blends and rate over one axis, with what it shows written on it. */
import { sharesOf } from '../recipe/config.ts';
import { figureWords } from '../words/figure.ts';
import * as format from '../format.ts';
import {
  breaksOf,
  fitsAxis,
  levels,
  lossRange,
  pickedOther,
  pickedSteps,
  plannedRates,
  RATE_FLOOR,
  tickText,
  type PlotsInput,
} from './drawn.ts';
import { COLOURS, DIMMED, RUN_COLOURS, runLook } from './palette.ts';
import { valueTicks } from './scale.ts';

export const WIDTH = 960;
const LEFT = 60;
const RIGHT = 24;
const PLOT = WIDTH - LEFT - RIGHT;
/** Top and height of each part, px. */
const LOSS = { top: 64, height: 300 };
const BLEND = { top: 392, height: 70 };
const RATE = { top: 486, height: 80 };
const AXIS = RATE.top + RATE.height;
const LEGEND = AXIS + 54;
const LINE = 18;
/** Width of a letter at 12 px, for wrapping the legend. */
const LETTER = 6.8;

export interface SvgInput extends PlotsInput {
  title: string;
  /** One line of what the numbers say. */
  summary: string;
  sources: readonly string[];
  /** Name of the page's run. */
  name: string;
  /** A design token's value, by its name. */
  token(name: string): string;
}

const escape = (words: string) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const fixed = (value: number) => value.toFixed(1);

export function figureSvg(input: SvgInput): string {
  const { plan, peak, scale, history, smoother, others, heldOut, hidden, logLoss, unit, token } = input;
  const [low, high] = lossRange(input, PLOT);
  const x = (share: number) => LEFT + share * PLOT;
  const at = (step: number) => x(scale.position(step));
  const bend = (value: number) => (logLoss ? Math.log(value) : value);
  const y = (loss: number) => LOSS.top + (1 - (bend(loss) - bend(low)) / (bend(high) - bend(low))) * LOSS.height;
  const rate = (eta: number) =>
    RATE.top + (Math.log(Math.max(eta, peak * RATE_FLOOR) / peak) / Math.log(RATE_FLOOR)) * RATE.height;

  const words = (left: number, top: number, what: string, more = '') =>
    `<text x="${fixed(left)}" y="${fixed(top)}" ${more}>${escape(what)}</text>`;
  const rule = (x1: number, y1: number, x2: number, y2: number, stroke: string, more = '') =>
    `<line x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}" stroke="${stroke}" ${more}/>`;
  const path = (points: readonly (readonly [number, number])[], stroke: string, width: number, more = '') =>
    points.length === 0
      ? ''
      : `<polyline fill="none" stroke="${stroke}" stroke-width="${width}" ${more} points="${points
          .map(([left, top]) => `${fixed(left)},${fixed(top)}`)
          .join(' ')}"/>`;
  const muted = `fill="${token('--ink-soft')}"`;
  const end = 'text-anchor="end"';

  /** A line broken where the phase changes. */
  const pieces = (picked: readonly number[], phase: Uint8Array, place: (i: number) => readonly [number, number]) => {
    const found: (readonly [number, number])[][] = [];
    picked.forEach((i, n) => {
      if (n === 0 || phase[i] !== phase[picked[n - 1]]) found.push([]);
      const point = place(i);
      if (point.every(Number.isFinite)) found.at(-1)!.push(point);
    });
    return found;
  };

  const shades = plan.phases
    .filter(({ name }) => name !== 'base')
    .map(({ firstStep, steps, name }) => {
      const [from, to] = [Math.max(LEFT, at(firstStep)), Math.min(LEFT + PLOT, at(firstStep + steps))];
      const fill = token(name === 'qa' ? '--hair' : '--shade');
      return to > from
        ? `<rect x="${fixed(from)}" y="${LOSS.top - 20}" width="${fixed(to - from)}" height="${AXIS - LOSS.top + 20}" fill="${fill}" fill-opacity="0.6"/>`
        : '';
    });
  const names = plan.phases.flatMap(({ name, firstStep, steps }) => {
    const [from, to] = [Math.max(LEFT, at(firstStep)), Math.min(LEFT + PLOT, at(firstStep + steps))];
    return to - from > figureWords.phase[name].length * LETTER
      ? [words(from + 6, LOSS.top - 6, figureWords.phase[name])]
      : [];
  });
  const grid = levels(low, high).map(
    (level) =>
      rule(LEFT, y(level), LEFT + PLOT, y(level), token('--hair')) +
      words(LEFT - 6, y(level) + 4, String(level), `${end} ${muted}`),
  );
  const raw = path(
    (hidden.has('raw') ? [] : pickedSteps(input, history.loss, PLOT))
      .filter((i) => Number.isFinite(history.loss[i]))
      .map((i) => [at(history.step[i]), y(history.loss[i])] as const),
    token('--ink'),
    0.75,
    'stroke-opacity="0.3"',
  );
  const beside = others.map((other) => {
    const look = runLook(other.place);
    const colour = token(`--series-${(look.colour % RUN_COLOURS) + 1}`);
    const picked = pickedOther(input, other, PLOT);
    const place = (i: number) => x(scale.values.position(other.x[i]));
    const { band } = other;
    const area = band
      ? `<polygon fill="${colour}" fill-opacity="0.18" points="${[
          ...picked.map((i) => `${fixed(place(i))},${fixed(y(band.high[i]))}`),
          ...picked.toReversed().map((i) => `${fixed(place(i))},${fixed(y(band.low[i]))}`),
        ].join(' ')}"/>`
      : '';
    const dash = look.dash.length > 0 ? `stroke-dasharray="${look.dash.join(' ')}"` : '';
    return (
      area +
      pieces(picked, other.phase, (i) => [place(i), y(other.y[i])])
        .map((p) => path(p, colour, 1.5, dash))
        .join('')
    );
  });
  const own = pieces(hidden.has('average') ? [] : pickedSteps(input, history.loss, PLOT), history.phase, (i) => [
    at(history.step[i]),
    y(smoother.values[i]),
  ]).map((points) => path(points, token('--ink'), 2));

  const measured = heldOut.map(({ place, step, loss }) => {
    const points = step.map((value, i) => [at(value), y(loss[i]!)] as const);
    const colour = plainColour(place);
    return (
      path(points, colour, 1.5, place % 2 === 1 ? 'stroke-dasharray="4 3"' : '') +
      points.map(([left, top]) => `<circle cx="${fixed(left)}" cy="${fixed(top)}" r="2.5" fill="${colour}"/>`).join('')
    );
  });
  // Two strokes across the axis.
  const breaks = breaksOf(scale.values).flatMap((share) =>
    [-2, 2].map((shift) =>
      rule(x(share) + shift - 2, AXIS + 5, x(share) + shift + 2, AXIS - 5, token('--ink'), 'stroke-width="1.5"'),
    ),
  );

  const change = plan.switchStep;
  const switchRule =
    change === null || scale.position(change) < 0 || scale.position(change) > 1
      ? ''
      : rule(at(change), LOSS.top - 20, at(change), AXIS, token('--ember'), 'stroke-width="2"') +
        words(at(change) - 6, LOSS.top + 12, figureWords.chart.switchAt(change), `${end} fill="${token('--ember')}"`);

  const blends = plan.phases.flatMap(({ firstStep, steps, blend }) => {
    const [from, to] = [Math.max(LEFT, at(firstStep)), Math.min(LEFT + PLOT, at(firstStep + steps))];
    if (to <= from) return [];
    const shares = sharesOf(blend);
    let top = BLEND.top;
    return input.sources.map((source, i) => {
      const height = (shares[source] ?? 0) * BLEND.height;
      const box = `<rect x="${fixed(from)}" y="${fixed(top)}" width="${fixed(to - from)}" height="${fixed(height)}" fill="${sourceColour(i)}" stroke="${token('--paper')}" stroke-width="0.5"/>`;
      top += height;
      return height > 0 ? box : '';
    });
  });
  function sourceColour(index: number): string {
    return index % 2 === 1 ? `url(#source-${index})` : plainColour(index);
  }
  function plainColour(index: number): string {
    return token(`--series-${(index % COLOURS) + 1}`);
  }
  // Every second source is hatched, as on the page.
  const hatches = input.sources.map((_, i) =>
    i % 2 === 1
      ? `<pattern id="source-${i}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="${plainColour(i)}"/><rect width="2" height="5" fill="${token('--paper')}" fill-opacity="0.3"/></pattern>`
      : '',
  );

  const rates = [peak, peak * 1e-2, peak * RATE_FLOOR].map(
    (eta) =>
      rule(LEFT, rate(eta), LEFT + PLOT, rate(eta), token('--hair')) +
      words(LEFT - 6, rate(eta) + 4, format.rate(eta), `${end} ${muted}`),
  );
  const planned = path(
    plannedRates(input).map(([step, eta]) => [at(step), rate(eta)] as const),
    token('--ink'),
    1.5,
  );
  const ticks = valueTicks(scale.values, PLOT, 64, unit === 'step').flatMap((value) => {
    const share = scale.values.position(value);
    const left = x(share);
    if (!fitsAxis(share, tickText(value, unit).length * LETTER, PLOT, LEFT, RIGHT)) return [];
    return (
      rule(left, AXIS, left, AXIS + 4, token('--line')) +
      words(left, AXIS + 17, tickText(value, unit), `text-anchor="middle" ${muted}`)
    );
  });

  let [left, line] = [LEFT, 0];
  const entry = (swatch: (left: number, top: number) => string, name: string) => {
    const width = 34 + name.length * LETTER + 16;
    if (left + width > WIDTH - RIGHT && left > LEFT) {
      left = LEFT;
      line++;
    }
    const top = LEGEND + line * LINE;
    const drawn = swatch(left, top) + words(left + 34, top + 4, name);
    left += width;
    return drawn;
  };
  const lineSample = (colour: string, dash: readonly number[], width: number) => (from: number, top: number) =>
    rule(
      from,
      top,
      from + 28,
      top,
      colour,
      `stroke-width="${width}" ${dash.length > 0 ? `stroke-dasharray="${dash.join(' ')}"` : ''}`,
    );
  const legend = [
    ...(history.length > 0 ? [entry(lineSample(token('--ink'), [], 2), input.name)] : []),
    ...others.map(({ place, name }) => {
      const look = runLook(place);
      return entry(lineSample(token(`--series-${look.colour + 1}`), look.dash, 2), name);
    }),
  ];
  [left, line] = [LEFT, line + 1];
  legend.push(
    ...input.sources.map((source, i) =>
      entry(
        (from, top) => `<rect x="${from + 12}" y="${top - 6}" width="12" height="12" fill="${sourceColour(i)}"/>`,
        source,
      ),
    ),
  );
  const height = LEGEND + (line + 1) * LINE + 16;

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="${token('--ink')}" role="img">
<title>${escape(input.title)}</title>
<desc>${escape(input.summary)}</desc>
<defs><clipPath id="loss"><rect x="${LEFT}" y="${LOSS.top}" width="${PLOT}" height="${LOSS.height}"/></clipPath>
<clipPath id="rate"><rect x="${LEFT}" y="${RATE.top}" width="${PLOT}" height="${RATE.height}"/></clipPath>
${hatches.join('')}</defs>
<rect width="100%" height="100%" fill="${token('--paper')}"/>
${words(LEFT, 24, input.title, 'font-size="16" font-family="Palatino, Georgia, serif"')}
${shades.join('')}
${names.join('')}
${words(LEFT - 6, LOSS.top - 6, figureWords.chart.loss, `${end} ${muted}`)}
${grid.join('')}
<g clip-path="url(#loss)" stroke-linejoin="round"><g opacity="${history.length > 0 ? DIMMED : 1}">${beside.join('')}</g>${raw}${own.join('')}${measured.join('')}</g>
${words(LEFT, BLEND.top - 6, figureWords.chart.blend, muted)}
${blends.join('')}
${words(LEFT, RATE.top - 8, figureWords.chart.rate, muted)}
${rates.join('')}
<g clip-path="url(#rate)">${planned}</g>
${ticks.join('')}
${breaks.join('')}
${words(LEFT + PLOT, AXIS + 34, figureWords.chart.units[unit], `${end} ${muted}`)}
${switchRule}
${legend.join('\n')}
</svg>
`;
}
