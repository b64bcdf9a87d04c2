/** Stands in for the worker that aligns: every stage ends at once with figures of a formula, so that a test is of the sheet alone. */
import { expose } from 'comlink';
import {
  type AlignApi,
  type AlignEvent,
  type AlignRow,
  type AlignScores,
  type AlignStage,
  isPreference,
  type OpenedBase,
  type ShownGap,
  type ShownPair,
  usualAlignSettings,
} from '../../../src/recipe/alignApi.ts';

const STEPS = 60;
/** Rows after which a stage waits to be stopped, where one is asked to be. */
const UNTIL_STOPPED = 20;

const scores: AlignScores = {
  ...{ know: 0.7, math: 0.55, code: 0.5, translation: 0.72, promptStrict: 0.42, instructionStrict: 0.55 },
  ...{ full: 0.17, refusal: 0.9, falseRefusal: 0.03, reward: 3.91, overLength: 0.12 },
};
const judge: AlignScores = { easy: 0.71, hard: 0.52, concise: 0.6, 'hard: fact': 0.5, 'hard: run': 0.53 };

function rowOf(stage: AlignStage, step: number): AlignRow {
  const t = step / STEPS;
  const row = { step, epoch: 0, loss: 2 * Math.exp(-2 * t) + 0.4, gradNorm: 1, rate: 1e-3, counted: 32 };
  if (!isPreference(stage)) return row;
  const [chosenGain, rejectedGain] = [-0.6 * t, stage === 'dpo' ? -3.4 * t : -2 * t];
  const rewards = { rewardChosen: 0.3 * chosenGain, rewardRejected: 0.3 * rejectedGain };
  const gap = chosenGain - rejectedGain;
  return { ...row, chosenGain, rejectedGain, ...rewards, gap, right: 0.5 + 0.3 * t, klFromReference: 2 * t };
}

const rowsOf = (stage: AlignStage, from: number, to: number): AlignRow[] =>
  Array.from({ length: to - from }, (_, i) => rowOf(stage, from + i));

const pairs = Array.from({ length: 40 }, (_, i): ShownPair => ({
  prompt: i === 0 ? '<b>what</b> is 7 x 8 ? end with bye .' : `what is ${i % 10} x 8 ? say it twice and end with bye .`,
  chosen: '5 6 5 6 bye',
  rejected: i % 3 === 0 ? '' : 'well then so it is 5 6',
  ...{ rewardChosen: 7, rewardRejected: i % 4 === 0 ? 6.4 : 2.25, chosenRight: true, rejectedRight: false },
  hard: i % 4 === 0,
}));
const gapsOf = (stage: AlignStage): ShownGap[] =>
  Array.from({ length: 200 }, (_, i) => {
    const wanted = i % 2 === 0 ? 1.6 : 10;
    return [(stage === 'dpo' ? 5 : 1.7) + 3 * Math.sin(i), wanted];
  });

const base: OpenedBase = { name: 'shipped (seed 2)', seed: 2, parameters: 118_000, machine: 'cpu', scores };

/** What waits to be stopped: both sides of a chat may. */
const waiting: (() => void)[] = [];
const stopAll = (): void => waiting.splice(0).forEach((go) => go());
const untilStopped = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
/** Stages that were stopped once go on to their end. */
const left = new Map<AlignStage, number>();

const api: AlignApi = {
  async open(_, name, __, onEvent) {
    onEvent({ kind: 'work', work: 'examining' });
    return { ...base, name };
  },
  /** As left by a visit that ended in general SFT. */
  async reopen() {
    left.set('sft', UNTIL_STOPPED);
    const soFar = (stage: AlignStage, steps: number) => ({
      ...{ rows: rowsOf(stage, 0, steps), steps: STEPS, settings: usualAlignSettings },
    });
    return {
      base,
      stages: {
        code: { ...soFar('code', STEPS), state: 'done', scores },
        sft: { ...soFar('sft', UNTIL_STOPPED), state: 'stopped' },
      },
    };
  },
  async forget() {
    left.clear();
  },
  async run(stage, _, onEvent) {
    const hear = (event: AlignEvent): void => onEvent(event);
    if (isPreference(stage)) hear({ kind: 'pairs', pairs });
    hear({ kind: 'work', work: 'training' });
    const from = left.get(stage) ?? 0;
    // General SFT is the one that is stopped, by whoever presses Stop.
    const to = stage === 'sft' && from === 0 ? UNTIL_STOPPED : STEPS;
    hear({ kind: 'rows', rows: rowsOf(stage, from, to), steps: STEPS });
    if (to < STEPS) {
      await untilStopped();
      left.set(stage, to);
      return false;
    }
    hear({ kind: 'scores', scores: stage === 'reward' ? judge : scores });
    if (isPreference(stage)) hear({ kind: 'gaps', gaps: gapsOf(stage) });
    return true;
  },
  async stop() {
    stopAll();
  },
  prompt: async (number) => `what is ${number} x 8 ? end with bye .`,
  async answer(checkpoint, prompt, { temperature, seed }, onText) {
    if (prompt === 'wait') {
      onText('so far');
      await untilStopped();
      return { text: 'so far', ended: false, verdict: null };
    }
    if (prompt.includes('<')) return { text: `${prompt} said ${checkpoint}`, ended: true, verdict: null };
    const right = checkpoint !== 'base';
    return {
      ...{ text: `${temperature > 0 ? `draw ${seed}` : '5 6'}${right ? ' bye' : ''}`, ended: true },
      verdict: { right, instructions: [{ phrase: 'end with bye', followed: right }], gold: '5 6 bye', reward: 3.5 },
    };
  },
  async stopAnswers() {
    stopAll();
  },
  folder: async () => [{ name: 'chat_template.jinja', bytes: new Uint8Array([1]) }],
};
expose(api);
