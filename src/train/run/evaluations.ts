/** What a run's weights are asked between two steps: held-out losses, benchmarks, samples, and what a borrower does with them. */
import type { PhaseName } from '../../protocol.ts';
import { UserError } from '../../util/errors.ts';
import { Evaluator } from '../engine/evaluator.ts';
import { type Course, tellState, tokensBefore } from './course.ts';
import type { Loan } from './loan.ts';
import { trainingWords } from '../../words/training.ts';

/** Of an answer: a phrase of a byte tokenizer, a sentence of a learnt one. */
const answerTokens = 32;
/** Cool enough to keep to what the model thinks likely; the likeliest alone is one word over and over in a small model. */
const answerTemperature = 0.5;

export class Evaluations {
  readonly #course: Course;
  readonly #evaluator: Evaluator;
  /** The end of the latest loan: no step before it. */
  returned: Promise<unknown> = Promise.resolve();

  constructor(course: Course) {
    this.#course = course;
    this.#evaluator = new Evaluator(course.config, course.data, course.engine);
  }

  /** Held-out losses, benchmarks and a sample of the weights before step `step`. */
  async evaluate(step: number, phase: PhaseName): Promise<void> {
    const course = this.#course;
    const { data, progress } = course;
    if (data.heldOut.length === 0 || progress.evaluated === step) return;
    progress.evaluated = step;
    course.evaluating = true;
    await this.#tell(step, phase);
    course.evaluating = false;
  }

  async #tell(step: number, phase: PhaseName): Promise<void> {
    const course = this.#course;
    const { data, plan, listener, watch, config } = course;
    tellState(course, { kind: 'evaluating', phase });
    const { loss, rows } = await this.#evaluator.heldOut();
    const tokens = tokensBefore(course, step);
    const isBetween = step === plan.endStep || plan.phases.some(({ firstStep }) => firstStep === step);
    listener.tell({ kind: 'heldOut', said: { step, tokens, loss, ...(isBetween && { rows }) } });
    watch.heldOut(step, loss);
    if (listener.wants('benchmark') && data.suites.length > 0)
      listener.tell({ kind: 'benchmark', said: { step, tokens, ...(await this.#evaluator.benchmarks()) } });
    if (!listener.wants('sample')) return;
    const text = await this.sample('', 64, 0.8, config.seed + step);
    listener.tell({ kind: 'sample', said: { step, prompt: '', text } });
    // Random weights have nothing to say.
    if (isBetween && step > 0) await this.#answer(step);
  }

  /** The fixed questions, with the same draws every time: what changes from one phase to the next is the model's. */
  async #answer(step: number): Promise<void> {
    const { data, config, listener } = this.#course;
    if (data.questions.length === 0) return;
    const prompts = data.questions.map(({ prompt }) => prompt);
    const texts = await this.#evaluator.samples(prompts, answerTokens, answerTemperature, config.seed);
    for (const [i, { prompt, ...question }] of data.questions.entries())
      listener.tell({ kind: 'sample', said: { step, prompt, text: texts[i]!, question } });
  }

  /** Text continued from `prompt` by the weights as they are. */
  async sample(prompt: string, tokens: number, temperature: number, seed: number): Promise<string> {
    return (await this.#evaluator.samples([prompt], tokens, temperature, seed))[0]!;
  }

  /** See Run.lend. */
  lend<T>(work: (loan: Loan) => Promise<T>): Promise<T> {
    const { resting, progress, plan, config, engine, data } = this.#course;
    if (!resting) throw new UserError(trainingWords.notResting);
    const { step, place, momentsFrom } = progress;
    const { blend } = plan.at(Math.min(step, plan.endStep - 1));
    const loan = this.#evaluator.alone(async () => {
      const pools = await engine.snapshot();
      try {
        return await work({ config, engine, batches: data.batches, place, blend, adamSteps: step - momentsFrom });
      } finally {
        engine.restore(pools);
      }
    });
    this.returned = loan.catch(() => undefined);
    return loan;
  }

  destroy(): void {
    this.#evaluator.destroy();
  }
}
