/** The sentences of the sheet of alignment. */
import type { AlignStage, AlignWork, CheckpointName } from '../../recipe/alignApi.ts';
import * as format from '../format.ts';

/** With a real minus, and no zero below zero. */
export const signed = (value: number): string => (Math.abs(value) < 0.005 ? 0 : value).toFixed(2).replace('-', '−');

const stageNames: Record<CheckpointName, string> = {
  base: 'Base',
  code: 'Code SFT',
  sft: 'General SFT',
  reward: 'Reward model',
  dpo: 'DPO',
  'rpo 1': 'RPO 1',
  'rpo 2': 'RPO 2',
  'rpo 3': 'RPO 3',
};

export const words = {
  heading: 'Align',
  about:
    'From a base to an assistant, in the stages of “Nemotron-4 340B”. The world is made up, so a program can check every answer.',
  base: 'Base model',
  shipped: 'shipped (seed 2)',
  shippedNote:
    '118,000 weights, trained on 1.8 million words of this world. Seed 2 was chosen because it learns to copy a given word; seed 1 does not.',
  train: 'train one here',
  trainNote: '1,171 steps; each seed is a world of its own.',
  seed: 'Seed',
  own: 'the current run on the Train sheet',
  ownNote:
    'A model trained on other text has never seen these questions: it learns their form, and few of their answers.',
  folder: 'a HuggingFace folder',
  folderLabel: 'Files of the folder, or a .zip',
  open: 'Open',
  noFolder: 'Choose the files first.',
  openNote:
    'The browser keeps the base and its stages. Closing the tab loses at most a hundred steps. Opening another base discards the stages.',
  unkept: (why: string) => `Not kept: ${why}`,
  forget: 'Delete all of it',
  isOpen: (name: string, parameters: number, machine: 'gpu' | 'cpu') =>
    `${name}: ${format.short(parameters)} weights, on the ${machine === 'gpu' ? 'GPU' : 'processor'}`,
  baseSteps: (rows: number) => `${format.integer(rows)} of 1,171 steps`,

  stages: 'Stages',
  stageName: (name: CheckpointName): string => stageNames[name],
  stageAbout: {
    code: '1,200 programs made by mutation, checked by running them.',
    sft: '2,400 demonstrations, a fifth of them imperfect, with 2 % of the code.',
    reward: '6,000 answers labelled with five attributes by annotators who like length.',
    dpo: 'About 1,000 pairs of the model’s own answers.',
    'rpo 1': 'New pairs from the DPO model; RPO stops at the rewards’ gap.',
    'rpo 2': 'New pairs from RPO 1.',
    'rpo 3': 'New pairs from RPO 2.',
  } satisfies Record<AlignStage, string>,
  run: 'Run',
  again: 'Run again',
  resume: 'Resume',
  runOne: (what: string, stage: string) => `${what}: ${stage}`,
  runAll: 'Run all stages',
  stop: 'Stop',
  working: {
    kept: 'Looking for what this browser has kept',
    base: 'Opening the base',
    data: 'Making data',
    answers: 'The model answers prompts',
    reference: 'Asking the reference',
    training: 'Training',
    examining: 'Examining the model',
  } satisfies Record<AlignWork, string>,
  progress: (work: string, done: number, steps: number) =>
    steps > 0 ? `${work}: step ${format.integer(done)} of ${format.integer(steps)}` : `${work} …`,
  stopped: (done: number, steps: number) => `Stopped at step ${format.integer(done)} of ${format.integer(steps)}.`,
  failed: (message: string) => `That did not work. ${message}`,
  settings: 'Settings of DPO and RPO',
  judge: 'Judge of pairs',
  truth: 'ground truth',
  rewardModel: 'the reward model',
  beta: 'β, weight of the policy’s gap',
  eta: 'η, weight of the reward’s gap',
  save: (stage: string) => `Save ${stage} as a HuggingFace folder`,
  saveShort: 'Save',

  curves: 'Training',
  lossNote: 'Means of neighbouring steps.',
  curvesNote:
    'Log-probabilities, gaps and KL are measured from the start of the stage, in nats an answer; means of neighbouring steps.',
  curve: {
    loss: 'Loss',
    logProbs: 'Log-probability since the start',
    right: 'Pairs in the right order, %',
    reward: 'Implicit reward, β times the growth',
    kl: 'KL from the reference, estimated on the pairs',
  },
  chosen: 'chosen',
  rejected: 'rejected',
  steps: 'steps',
  curveSays: (title: string, name: string, from: string, to: string) =>
    `${title}${name && `, ${name}`}: from ${from} to ${to}.`,

  scores: 'What each stage can do',
  scoresNote:
    'Questions that no stage was trained on, judged by the verifier. Shares in percent; the reward is the verifier’s.',
  stage: 'stage',
  score: {
    know: 'facts',
    math: 'arithmetic',
    code: 'code',
    translation: 'translation',
    promptStrict: 'instructions, prompts',
    instructionStrict: 'instructions, each',
    full: 'right and obedient',
    falseRefusal: 'refused, but known',
    reward: 'reward',
  } as Record<string, string>,
  judgeScores: 'The reward model as a judge',
  judgedPairs: 'pairs',
  prefersBetter: 'prefers the better one, %',
  judgeNote: 'How often it prefers the better of two held-out answers. Chance is 50 %.',
  pairKind: { easy: 'easy pairs', hard: 'hard pairs', concise: 'short over padded' } as Record<string, string>,
  paper: 'paper',
  paperScores: {
    code: 'IFEval 46.4, HumanEval 70.7, GSM8K 77.6',
    sft: 'IFEval 61.4, HumanEval 66.5, GSM8K 87.9',
    dpo: 'IFEval 61.7, HumanEval 67.1, GSM8K 88.5',
    'rpo 1': 'IFEval 78.2, HumanEval 70.7, GSM8K 91.1',
    'rpo 2': 'IFEval 79.9, HumanEval 68.3, GSM8K 91.8',
    'rpo 3': 'IFEval 79.9, HumanEval 73.2, GSM8K 92.3',
  } as Partial<Record<CheckpointName, string>>,
  paperNote:
    'The paper’s figures [S: read in a secondary text] are for a model three million times as large: compare signs, not sizes.',

  gaps: 'Where DPO overshoots and RPO stops',
  gapsNote:
    'For each held-out pair: by how much its gap of log-probabilities grew beyond what the rewards ask for (η·Δr / β). At 0 the gap is as wide as the rewards ask for; to the right it is wider.',
  gapsOf: 'Pairs',
  gapsNear: 'near ties (rewards < 1 apart)',
  gapsFar: 'all others',
  gapsSay: (stage: string, beyond: number, all: number, mean: number) =>
    `${stage}: ${format.integer(beyond)} of ${format.integer(all)} pairs beyond; ${signed(mean)} nats on average.`,
  gapsAxis: 'gap minus wanted gap, nats',
  gapsBin: (from: number, to: number, count: number) => `${from} to ${to}: ${count}`,
  gapsRecorded: (seeds: number) => `Recorded, ${seeds} seeds together.`,
  gapsHere: 'For the stages run here.',
  wanted: 'wanted',

  pairs: 'Pairs of answers',
  pairsNote:
    'Every pair that a stage was trained on: a better and a worse answer, and the judge’s reward for each. ✓ marks what is right and follows every instruction.',
  pairsOf: 'Of stage',
  prompt: 'prompt',
  rewardChosen: 'its reward',
  rewardRejected: 'its reward',
  hard: 'close',
  hardMark: 'close call',
  only: 'Show',
  all: 'all',
  onlyHard: 'close calls only',
  empty: '(nothing)',
  page: (from: number, to: number, of: number) =>
    `${format.integer(from)} to ${format.integer(to)} of ${format.integer(of)}`,
  before: 'Previous',
  after: 'Next',
  saveLines: 'Save as JSON lines',

  chat: 'Chat',
  chatNote:
    'Two checkpoints answer side by side, and the verifier judges each answer. Every prompt starts a new chat. Enter sends, Escape stops.',
  left: 'Left',
  right: 'Right',
  message: 'Prompt',
  send: 'Send',
  example: 'A prompt to try',
  regenerate: 'Answer again',
  greedy: 'the likeliest words',
  sampled: 'drawn at temperature 1',
  sampling: 'Words are',
  you: 'You',
  saying: 'answers …',
  cut: 'Stopped early.',
  unjudged: 'No verdict: the verifier knows only the questions of this world.',
  verdictRight: '✓ right',
  verdictWrong: '✗ wrong',
  followed: (phrase: string) => `✓ ${phrase}`,
  ignored: (phrase: string) => `✗ ${phrase}`,
  wouldBe: (gold: string) => `A right answer: ${gold}`,
  reward: (value: number) => `reward ${value.toFixed(2)}`,
  chatLog: 'Conversation',

  recorded: 'Recorded comparisons',
  recordedNote: (seeds: number, adapter: string) =>
    `Means of ${seeds} seeds with standard deviations, trained with Rekindle’s own command. Device: ${adapter}. A claim counts as shown or failed only if the 95 % interval of the paired difference excludes 0; otherwise it is a tie.`,
  recordedTitles: {
    'sft-stages': 'One stage of SFT against two',
    reward: 'Five attributes against pairs',
    'dpo-rpo': 'DPO against RPO on equal data',
    rounds: 'Rounds of DPO and RPO',
    'weak-to-strong': 'Weak to strong',
  } as Record<string, string>,
  teacherNote:
    'The teacher’s row is the mark to beat. The verifier, which is ground truth, filtered its students’ data, except in the arm “unfiltered”.',
  arm: 'arm',
  /** The files' names have the letters small. */
  armName: (arm: string) => arm.replace(/\b(sft|dpo|rpo)\b/g, (name) => name.toUpperCase()),
  moved: 'how log-probabilities moved',
  claim: 'claim',
  difference: 'difference (95 %)',
  wins: 'seeds for it',
  verdict: 'verdict',
  verdicts: { shown: 'shown', tie: 'tie', failed: 'failed', 'one seed': 'one seed' } as Record<string, string>,
  measure: {
    chosenMoved: 'chosen moved, nats',
    rejectedMoved: 'rejected moved, nats',
    nearTieGap: 'gap of near ties, nats',
    nearTieWanted: 'wanted there',
    easy: 'easy pairs',
    hard: 'hard pairs',
    concise: 'short over padded',
  } as Record<string, string>,
};
