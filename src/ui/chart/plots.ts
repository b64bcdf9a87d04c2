/**
 * The two canvas strips of the picture, drawn by uPlot: loss above, learning rate below, over the same steps. The
 * strips are built once per theme and then only given data. Colours come from the page's tokens, gutters from where
 * CSS put the plotting area, so that rules and shades placed in CSS fall on the lines.
 */
import uPlot from 'uplot';
import type { History } from './columns.ts';
import type { RunPlan } from '../../recipe/phases.ts';
import type { Smoother } from './smooth.ts';
import { stepTicks, type StepScale } from './scale.ts';
import { visiblePoints } from './downsample.ts';
import { quantile } from '../state/progress.ts';
import * as format from '../format.ts';

/** Height of the step axis under the lower strip, px; figure.css knows it as 1.5rem. */
const AXIS = 24;
/** Rates below this share of the peak are drawn at the strip's floor: a log scale has no zero. */
const RATE_FLOOR = 1e-4;
/** Pixels between numbers on the step axis. */
const TICKS_APART = 64;
/** Room above the loss for the names of the phases, px. */
const HEAD = 28;
/** Points along the planned rate: one for every second pixel of a wide screen. */
const PLAN_POINTS = 500;
/** The loss axis leaves out the first tenth of the run, the fall from ln V, once the run is twice as far. */
const FALL_SHARE = 0.1;
/** Share of the raw losses that may lie beyond either end of the axis: single spikes, still drawn up to the edge. */
const OUTLIERS = 0.02;
const PHASES = [0, 1, 2];
const X_SCALE: uPlot.Scale = { time: false, range: () => [0, 1] };

export interface PlotsInput {
  plan: RunPlan;
  /** Highest learning rate of the run. */
  peak: number;
  /** x of the plots is the share of the width that this scale gives a step. */
  scale: StepScale;
  history: History;
  smoother: Smoother;
  /**
   * Whether the loss axis takes in every value: the first losses and single spikes, beside which the rest is nearly
   * flat.
   */
  wholeRange: boolean;
}

export class Plots {
  readonly #loss: uPlot;
  readonly #rate: uPlot;
  readonly #frame: HTMLElement;
  readonly #area: HTMLElement;
  readonly #plots: () => readonly [uPlot, HTMLElement][];
  #input: PlotsInput;

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
    // Before the first loss the scale means nothing: no numbers, no grid.
    const measured: uPlot.Axis.Filter = (_, splits) =>
      this.#input.history.length > 0 ? splits : splits.map(() => null);
    const line = { stroke: ink.ink, width: 1.75, points: { show: false } };
    return {
      ...this.#options(height),
      scales: { x: X_SCALE, y: { range: () => this.#lossRange() } },
      axes: [
        { show: false },
        {
          size: () => this.#gutters().left,
          stroke: ink.soft,
          font: ink.font,
          space: 40,
          grid: { stroke: ink.hair, width: 1, filter: measured },
          ticks: { show: false },
          filter: measured,
        },
      ],
      series: [
        {},
        { stroke: ink.faint, width: 1, points: { show: false } },
        // One line a phase: a gap at the boundary, because the average starts anew there.
        ...PHASES.map(() => ({ ...line })),
      ],
      hooks: { draw: [(plot) => this.#drawTip(plot, ink)] },
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
          splits: () => this.#ticks().map((step) => this.#input.scale.position(step)),
          filter: (_, splits) => splits,
          values: () => this.#ticks().map(format.integer),
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

  #ticks(): number[] {
    return stepTicks(this.#input.scale, this.#area.offsetWidth, TICKS_APART);
  }

  /** Logged points worth drawing of one column, stretch by stretch of the step scale. */
  #picked(column: Float64Array): number[] {
    const { scale, history } = this.#input;
    const picked: number[] = [];
    for (const { from, to } of scale.stretches) {
      const pixels = Math.max(1, Math.round((scale.position(to) - scale.position(from)) * this.#area.offsetWidth));
      // Stretches bring a neighbour from beyond their edge; it is taken once.
      const past = picked.at(-1) ?? -1;
      for (const i of visiblePoints(history.step, column, history.length, from, to, pixels))
        if (i > past) picked.push(i);
    }
    return picked;
  }

  #lossData(): uPlot.AlignedData {
    const { scale, history, smoother } = this.#input;
    const picked = this.#picked(history.loss);
    const x = picked.map((i) => scale.position(history.step[i]));
    const raw = picked.map((i) => finite(history.loss[i]));
    const smooth = PHASES.map((phase) =>
      picked.map((i) => (history.phase[i] === phase ? finite(smoother.values[i]) : null)),
    );
    return [x, raw, ...smooth];
  }

  /**
   * Extent of the average and of nearly all raw losses, with a twentieth of air; not forced down to zero, which would
   * hide late progress.
   */
  #lossRange(): [number, number] {
    const { plan, history, smoother, wholeRange } = this.#input;
    const { firstStep, endStep } = plan;
    const fall = FALL_SHARE * (endStep - firstStep);
    const pastFall = history.length > 0 && history.step[history.length - 1] - firstStep > 2 * fall;
    const from = wholeRange || !pastFall ? firstStep : firstStep + fall;
    const drawn = this.#picked(history.loss).filter((i) => history.step[i] >= from);
    const raw = drawn
      .map((i) => history.loss[i])
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    if (raw.length === 0) return [0, 1];
    const average = drawn.map((i) => smoother.values[i]).filter(Number.isFinite);
    const beyond = wholeRange ? 0 : OUTLIERS;
    const low = Math.min(quantile(raw, beyond), ...average);
    const high = Math.max(quantile(raw, 1 - beyond), ...average);
    const air = Math.max((high - low) * 0.05, 0.01);
    return [Math.max(0, low - air), high + air];
  }

  #rateData(): uPlot.AlignedData {
    const { plan, peak, scale, history } = this.#input;
    const floor = (rate: number) => Math.max(rate, peak * RATE_FLOOR);
    const at = new Set<number>();
    for (let point = 0; point <= PLAN_POINTS; point++) {
      at.add(Math.min(plan.endStep - 1, Math.round(scale.step(point / PLAN_POINTS))));
    }
    for (const { firstStep } of plan.phases) at.add(Math.max(plan.firstStep, firstStep - 1)).add(firstStep);
    const planned = [...at].sort((a, b) => a - b);
    const expected = [planned.map(scale.position), planned.map((step) => floor(plan.at(step).lr))] as const;
    const picked = this.#picked(history.lr);
    if (picked.length === 0) return [...expected, planned.map(() => null)];
    return uPlot.join([
      [...expected],
      [picked.map((i) => scale.position(history.step[i])), picked.map((i) => floor(history.lr[i]))],
    ]);
  }

  /** The glowing end of the line, with its value. */
  #drawTip(plot: uPlot, ink: Inks): void {
    const { scale, history, smoother } = this.#input;
    const last = history.length - 1;
    if (last < 0 || !Number.isFinite(smoother.values[last])) return;
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
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
