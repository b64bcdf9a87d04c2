/**
 * The two canvas strips of the picture, drawn by uPlot: loss above, learning rate below, over the same steps. The
 * strips are built once per theme and then only given data. Colours come from the page's tokens, gutters from where
 * CSS put the plotting area, so that rules and shades placed in CSS fall on the lines.
 */
import uPlot from 'uplot';
import {
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
import { valueTicks } from './scale.ts';
import { COLOURS, DIMMED, RUN_COLOURS, runLook } from './palette.ts';
import * as format from '../format.ts';

/** Height of the step axis under the lower strip, px; figure.css knows it as 1.5rem. */
const AXIS = 24;
/** Pixels between numbers on the step axis. */
const TICKS_APART = 64;
/** Room above the loss for the names of the phases, px. */
const HEAD = 28;
const PHASES = [0, 1, 2];
const X_SCALE: uPlot.Scale = { time: false, range: () => [0, 1] };

export class Plots {
  readonly #loss: uPlot;
  readonly #rate: uPlot;
  readonly #frame: HTMLElement;
  readonly #area: HTMLElement;
  readonly #plots: () => readonly [uPlot, HTMLElement][];
  #input: PlotsInput;
  /** Extent of the loss: uPlot asks for it several times a drawing. */
  #range: [number, number] = [0, 1];

  /** frame: the element both strips fill in width; area: the plotting area inside it. */
  constructor(
    elements: { frame: HTMLElement; area: HTMLElement; loss: HTMLElement; rate: HTMLElement },
    input: PlotsInput,
  ) {
    this.#frame = elements.frame;
    this.#area = elements.area;
    this.#input = input;
    const ink = inks();
    this.#loss = new uPlot(this.#lossOptions(ink, elements.loss.clientHeight), [[]], elements.loss);
    this.#rate = new uPlot(this.#rateOptions(ink, elements.rate.clientHeight), [[]], elements.rate);
    this.#plots = () => [
      [this.#loss, elements.loss],
      [this.#rate, elements.rate],
    ];
    this.update(input);
  }

  update(input: PlotsInput): void {
    const moved = input.scale !== this.#input.scale;
    this.#input = input;
    // Between two frames more may have been logged than the average has seen.
    const { history, smoother } = input;
    smoother.extend(history.step, history.loss, history.phase, history.length);
    this.#range = lossRange(input, this.#pixels());
    this.#loss.setData(this.#lossData());
    this.#rate.setData(this.#rateData());
    // x is a share of the width whatever the steps are: uPlot sees no reason to write other numbers under it.
    if (moved) this.#rate.redraw(false, true);
  }

  resize(): void {
    const width = this.#frame.clientWidth;
    for (const [plot, element] of this.#plots()) plot.setSize({ width, height: element.clientHeight });
    this.update(this.#input);
  }

  destroy(): void {
    this.#loss.destroy();
    this.#rate.destroy();
  }

  #gutters(): { left: number; right: number } {
    const left = this.#area.offsetLeft;
    return { left, right: this.#frame.clientWidth - left - this.#area.offsetWidth };
  }

  /** What both strips share: the steps of the whole run on x, no legend, no zoom, gutters as CSS has them. */
  #options(height: number): Pick<uPlot.Options, 'width' | 'height' | 'padding' | 'pxAlign' | 'legend' | 'cursor'> {
    return {
      width: this.#frame.clientWidth,
      height,
      padding: [HEAD, () => this.#gutters().right, 8, 0],
      pxAlign: 0,
      legend: { show: false },
      cursor: { show: false },
    };
  }

  #lossOptions(ink: Inks, height: number): uPlot.Options {
    // Before there is a line only numbers: the plan is written where the grid would be.
    const drawn: uPlot.Axis.Filter = (_, splits) => {
      const { history, others } = this.#input;
      return history.length > 0 || others.length > 0 ? splits : splits.map(() => null);
    };
    const line = { stroke: ink.ink, width: 1.75, points: { show: false } };
    return {
      ...this.#options(height),
      scales: {
        x: X_SCALE,
        y: { distr: this.#input.logLoss ? 3 : 1, range: () => this.#range },
      },
      axes: [
        { show: false },
        {
          size: () => this.#gutters().left,
          stroke: ink.soft,
          font: ink.font,
          space: 40,
          grid: { stroke: ink.hair, width: 1, filter: drawn },
          ticks: { show: false },
          filter: (_, splits) => splits,
          ...(this.#input.logLoss && {
            splits: (_plot: uPlot, _axis: number, low: number, high: number) => levels(low, high),
            values: (_: uPlot, values: number[]) => values.map((value) => (value === null ? null : String(value))),
          }),
        },
      ],
      series: [
        {},
        { stroke: ink.faint, width: 1, points: { show: false } },
        // One line a phase: a gap at the boundary, because the average starts anew there.
        ...PHASES.map(() => ({ ...line })),
      ],
      hooks: {
        drawAxes: [(plot) => this.#drawOthers(plot, ink)],
        draw: [(plot) => this.#drawHeldOut(plot, ink), (plot) => this.#drawTip(plot, ink)],
      },
    };
  }

  #rateOptions(ink: Inks, height: number): uPlot.Options {
    const decades = () => {
      const { peak } = this.#input;
      return [peak, peak * 1e-2, peak * RATE_FLOOR];
    };
    return {
      ...this.#options(height),
      padding: [6, () => this.#gutters().right, 0, 0],
      scales: {
        x: X_SCALE,
        y: { distr: 3, range: () => [this.#input.peak * RATE_FLOOR, this.#input.peak] },
      },
      axes: [
        {
          size: AXIS,
          stroke: ink.soft,
          font: ink.font,
          gap: 2,
          grid: { show: false },
          ticks: { stroke: ink.hair, width: 1, size: 4 },
          splits: (plot) => this.#ticks(plot, ink).map((value) => this.#input.scale.values.position(value)),
          filter: (_, splits) => splits,
          values: (plot) => this.#ticks(plot, ink).map((value) => tickText(value, this.#input.unit)),
        },
        {
          size: () => this.#gutters().left,
          stroke: ink.soft,
          font: ink.font,
          grid: { stroke: ink.hair, width: 1 },
          ticks: { show: false },
          splits: decades,
          filter: (_, splits) => splits,
          values: (_, values) => values.map((value) => (value === null ? null : format.rate(value))),
        },
      ],
      series: [
        {},
        { stroke: ink.soft, width: 1, dash: [3, 3], points: { show: false } },
        { stroke: ink.ink, width: 1.75, points: { show: false } },
      ],
    };
  }

  /** A number that the picture's edge would cut is left out. */
  #ticks({ ctx }: uPlot, ink: Inks): number[] {
    const { scale, unit } = this.#input;
    const { left, right } = this.#gutters();
    const area = this.#area.offsetWidth;
    ctx.save();
    ctx.font = ink.font;
    const ticks = valueTicks(scale.values, area, TICKS_APART, unit === 'step').filter((value) =>
      fitsAxis(scale.values.position(value), ctx.measureText(tickText(value, unit)).width, area, left, right),
    );
    ctx.restore();
    return ticks;
  }

  #pixels(): number {
    return this.#area.offsetWidth;
  }

  #lossData(): uPlot.AlignedData {
    const { scale, history, smoother, hidden } = this.#input;
    const picked = pickedSteps(this.#input, history.loss, this.#pixels());
    // Of no point at all uPlot makes no scale, and so no axis.
    if (picked.length === 0) return [[0, 1], ...Array.from({ length: 1 + PHASES.length }, () => [null, null])];
    const x = picked.map((i) => scale.position(history.step[i]));
    const raw = picked.map((i) => (hidden.has('raw') ? null : finite(history.loss[i])));
    const smooth = PHASES.map((phase) =>
      picked.map((i) => (history.phase[i] === phase && !hidden.has('average') ? finite(smoother.values[i]) : null)),
    );
    return [x, raw, ...smooth];
  }

  #rateData(): uPlot.AlignedData {
    const { peak, scale, history } = this.#input;
    const floor = (rate: number) => Math.max(rate, peak * RATE_FLOOR);
    const planned = plannedRates(this.#input);
    const expected = [planned.map(([step]) => scale.position(step)), planned.map(([, rate]) => floor(rate))] as const;
    const picked = pickedSteps(this.#input, history.lr, this.#pixels());
    if (picked.length === 0) return [...expected, planned.map(() => null)];
    return uPlot.join([
      [...expected],
      [picked.map((i) => scale.position(history.step[i])), picked.map((i) => floor(history.lr[i]))],
    ]);
  }

  #drawOthers(plot: uPlot, ink: Inks): void {
    const { others, scale, history } = this.#input;
    if (others.length === 0) return;
    const { ctx, bbox } = plot;
    const px = (value: number) => plot.valToPos(scale.values.position(value), 'x', true);
    const py = (value: number) => plot.valToPos(value, 'y', true);
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    if (history.length > 0) ctx.globalAlpha = DIMMED;
    for (const other of others) {
      const picked = pickedOther(this.#input, other, this.#pixels());
      const look = runLook(other.place);
      const colour = ink.series[look.colour % RUN_COLOURS];
      if (other.band) {
        const { low, high } = other.band;
        ctx.beginPath();
        for (const i of picked) ctx.lineTo(px(other.x[i]), py(high[i]));
        for (const i of picked.toReversed()) ctx.lineTo(px(other.x[i]), py(low[i]));
        ctx.fillStyle = `color-mix(in srgb, ${colour} 18%, transparent)`;
        ctx.fill();
      }
      ctx.beginPath();
      let phase = -1;
      for (const i of picked) {
        if (!Number.isFinite(other.y[i])) continue;
        if (other.phase[i] === phase) ctx.lineTo(px(other.x[i]), py(other.y[i]));
        else ctx.moveTo(px(other.x[i]), py(other.y[i]));
        phase = other.phase[i];
      }
      ctx.strokeStyle = colour;
      ctx.lineWidth = 1.5 * uPlot.pxRatio;
      ctx.setLineDash(look.dash.map((length) => length * uPlot.pxRatio));
      ctx.stroke();
    }
    ctx.restore();
  }

  #drawHeldOut(plot: uPlot, ink: Inks): void {
    const { heldOut, scale } = this.#input;
    if (heldOut.length === 0) return;
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.lineWidth = 1.5 * ratio;
    for (const { place, step, loss } of heldOut) {
      const points = step.map(
        (at, i) => [plot.valToPos(scale.position(at), 'x', true), plot.valToPos(loss[i]!, 'y', true)] as const,
      );
      ctx.strokeStyle = ctx.fillStyle = ink.series[place % COLOURS]!;
      // As in the blend, every second source differs by more than its colour.
      ctx.setLineDash(place % 2 === 1 ? [4 * ratio, 3 * ratio] : []);
      ctx.beginPath();
      for (const [x, y] of points) ctx.lineTo(x, y);
      ctx.stroke();
      for (const [x, y] of points) {
        ctx.beginPath();
        ctx.arc(x, y, 2.5 * ratio, 0, 2 * Math.PI);
        ctx.fill();
      }
    }
    ctx.restore();
  }

  /** The glowing end of the line, with its value. */
  #drawTip(plot: uPlot, ink: Inks): void {
    const { scale, history, smoother, hidden } = this.#input;
    const last = history.length - 1;
    if (last < 0 || hidden.has('average') || !Number.isFinite(smoother.values[last])) return;
    const { ctx } = plot;
    const ratio = uPlot.pxRatio;
    const x = plot.valToPos(scale.position(history.step[last]), 'x', true);
    const y = plot.valToPos(smoother.values[last], 'y', true);
    const label = format.loss(smoother.values[last]);
    ctx.save();
    ctx.fillStyle = ink.ember;
    ctx.beginPath();
    ctx.arc(x, y, 4 * ratio, 0, 2 * Math.PI);
    ctx.fill();
    ctx.font = `600 ${13 * ratio}px ${ink.family}`;
    ctx.fillStyle = ink.ink;
    // A halo of paper keeps the figures legible on top of the faint line.
    ctx.strokeStyle = ink.paper;
    ctx.lineWidth = 4 * ratio;
    ctx.lineJoin = 'round';
    const fits = x + ctx.measureText(label).width + 12 * ratio < plot.bbox.left + plot.bbox.width;
    ctx.textAlign = fits ? 'left' : 'right';
    const at = [x + (fits ? 9 : -2) * ratio, y - 10 * ratio] as const;
    ctx.strokeText(label, ...at);
    ctx.fillText(label, ...at);
    ctx.restore();
  }
}

interface Inks {
  ink: string;
  soft: string;
  faint: string;
  hair: string;
  paper: string;
  ember: string;
  family: string;
  font: string;
  series: string[];
}

function inks(): Inks {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const family = token('--sans');
  return {
    ink: token('--ink'),
    soft: token('--ink-soft'),
    // The raw line at a quarter of the ink: there, but behind.
    faint: `color-mix(in srgb, ${token('--ink')} 28%, transparent)`,
    hair: token('--hair'),
    paper: token('--paper'),
    ember: token('--ember'),
    family,
    font: `12px ${family}`,
    series: Array.from({ length: COLOURS }, (_, i) => token(`--series-${i + 1}`)),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
