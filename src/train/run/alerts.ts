/**
 * What a run should tell a person before it goes wrong, or while it wastes time: judged from measurements alone. Bad steps and loss
 * spikes are judged in health.ts, because a run acts on them; these only speak. Each speaks once and then waits until the thing has
 * clearly gone. Bounds stand where runs of every shipped preset that can be run without a GPU stayed silent, and one of 30,000 steps
 * (LOG.md), or have a source.
 */
import { LORA_B } from '../../model/family.ts';
import type { Inspection, Notice, NoticeCode } from '../../protocol.ts';
import type { StepMetrics } from '../engine/engine.ts';
import { alertWords } from '../../words/notices.ts';

/** Steps of gradient norms whose median a step is held against, and in which a jump is remembered. */
const medianSteps = 200;
/** Fewest of them before anything is said. */
const leastSteps = 50;
/** Times that median (product.md §3.1). */
const gradientJump = 10;
/** Steps over which clipping is counted, and the share of them from which the rate no longer says how far a step goes. */
const clipSteps = 100;
const mostClipped = 0.9;
/**
 * Times the limit that the median norm must be besides. AdamW's step knows no scale: what clips all steps alike takes nothing away, and the
 * shipped base is continued at a median of 1.3 times the limit, all steps clipped, to the losses it should have.
 */
const farClipped = 2;
/** Below it clipping has gone again: a share that wavers about the bound is told once. */
const fewClipped = 0.5;
/** Steps of the shorter of two windows that a plateau is told from, at least; of a long phase a tenth. */
const plateauSteps = 100;
/** Share of a phase's peak rate below which a loss may well stand still: the rate is the reason. */
const plateauRate = 0.5;
/** Share of a layer's units. Some are silent in any batch; beyond half the MLP is narrower than it costs. */
const mostDead = 0.5;
/**
 * ‖Δw‖/‖w‖ of a matrix. The usual advice is about 1e-3 (product.md §3.1), for large models at rates of 1e-4; small models are
 * trained at rates of 1e-3 to 1e-2 and rightly move by a few per cent a step at first. A fifth a step forgets within five.
 */
const highestRatio = 0.2;
/** So far below the usual that a run of thousands of steps does not move the tensor. */
const lowestRatio = 1e-6;
/** Above it the softmax of that query is one key to the last bit of an f32 (e^−100), and its gradient 0. */
const highestScore = 100;

interface Row extends StepMetrics {
  /** η_max of the step's phase. */
  peak: number;
}

export class Alerts {
  readonly #maxGradNorm: number;
  readonly #norms: number[] = [];
  readonly #clipped: boolean[] = [];
  readonly #losses: number[] = [];
  readonly #plateauWindow: number;
  /** Steps since the last jump of the gradient. */
  #sinceJump = Infinity;
  /** What has been said and still holds. */
  readonly #standing = new Set<string>();

  /** Of a phase of so many steps: another blend has another loss and another rate. `maxGradNorm` 0: nothing is clipped. */
  constructor(maxGradNorm: number, steps: number) {
    this.#maxGradNorm = maxGradNorm;
    this.#plateauWindow = Math.max(plateauSteps, Math.round(steps / 10));
  }

  /** A sound step: bad ones are told elsewhere and belong into no window. */
  step(row: Row): Notice[] {
    return [this.#gradientSpike(row), this.#clipping(row), this.#plateau(row)].filter((notice) => notice !== null);
  }

  /** A look inside. */
  inspection({ step, tensors, layers }: Inspection): Notice[] {
    const notices: (Notice | null)[] = layers.flatMap(({ dead, highestScore: score }, layer) => [
      this.#say('dead-units', `dead ${layer}`, dead > mostDead, step, () => alertWords.deadUnits(layer, dead, step)),
      this.#say('attention-scores', `score ${layer}`, score > highestScore, step, () =>
        alertWords.attentionScores(layer, score, step, highestScore),
      ),
    ]);
    for (const { name, updateRatio } of tensors) {
      // Vectors and an adapter's B start at zero or near it: any first update is large beside them.
      if (updateRatio === null || isVector(name) || name.endsWith(LORA_B)) continue;
      notices.push(
        this.#say('update-ratio', `high ${name}`, updateRatio > highestRatio, step, () =>
          alertWords.largeUpdate(name, updateRatio, step),
        ),
        this.#say('update-ratio', `low ${name}`, updateRatio > 0 && updateRatio < lowestRatio, step, () =>
          alertWords.smallUpdate(name, updateRatio, step),
        ),
      );
    }
    return notices.filter((notice) => notice !== null);
  }

  /** A jump alone is what clipping is for: in 30,000 steps of a small batch there are a dozen. Two of them soon after each other are news. */
  #gradientSpike({ step, gradNorm }: Row): Notice | null {
    const median = medianOf(this.#norms);
    const jumped = this.#norms.length >= leastSteps && gradNorm > gradientJump * median;
    const again = this.#sinceJump < medianSteps;
    push(this.#norms, gradNorm, medianSteps);
    this.#sinceJump = jumped ? 0 : this.#sinceJump + 1;
    const clips = this.#maxGradNorm > 0;
    return this.#say(
      'gradient-spike',
      'gradient',
      jumped && (again || !clips),
      step,
      () => alertWords.gradientSpike(step, gradNorm, median, this.#maxGradNorm),
      this.#sinceJump >= medianSteps,
    );
  }

  #clipping({ step, clip }: Row): Notice | null {
    push(this.#clipped, clip < 1, clipSteps);
    const full = this.#clipped.length === clipSteps;
    const share = this.#clipped.filter(Boolean).length / clipSteps;
    const median = () => medianOf(this.#norms.slice(-clipSteps));
    return this.#say(
      'clip-rate',
      'clip',
      full && share >= mostClipped && median() >= farClipped * this.#maxGradNorm,
      step,
      () => alertWords.clipped(share, clipSteps, median(), this.#maxGradNorm),
      share < fewClipped,
    );
  }

  /** The mean over the last window is no lower than over the one before it, and the rate is not to blame. */
  #plateau({ step, loss, lr, peak }: Row): Notice | null {
    const window = this.#plateauWindow;
    push(this.#losses, loss, 2 * window);
    const full = this.#losses.length === 2 * window;
    // Looked at once a window, so that chance has few tries.
    if (!full || step % window !== 0) return null;
    const before = meanOf(this.#losses.slice(0, window));
    const now = meanOf(this.#losses.slice(window));
    return this.#say('plateau', 'plateau', now >= before && lr >= plateauRate * peak, step, () =>
      alertWords.plateau(2 * window, before, now, step),
    );
  }

  /** `gone`: it may be said again when it next holds. */
  #say(
    code: NoticeCode,
    key: string,
    holds: boolean,
    step: number,
    message: () => string,
    gone = !holds,
  ): Notice | null {
    const stood = this.#standing.has(key);
    if (holds) this.#standing.add(key);
    else if (gone) this.#standing.delete(key);
    return holds && !stood ? { code, step, message: message() } : null;
  }
}

function push<T>(window: T[], value: T, most: number): void {
  window.push(value);
  if (window.length > most) window.shift();
}

const isVector = (name: string): boolean => /(norm\.|layernorm\.)(weight|bias)$/.test(name);
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Infinity;
