/** What the page's sheet of alignment and its worker say to each other. */
import type { DeviceChoice, ModelFile } from '../protocol.ts';

/** The paper's chain, in order. */
export const alignStages = ['code', 'sft', 'reward', 'dpo', 'rpo 1', 'rpo 2', 'rpo 3'] as const;
export type AlignStage = (typeof alignStages)[number];
/** What can be asked: the base and every stage but the reward model, which says nothing. */
export type CheckpointName = 'base' | AlignStage;

/** The checkpoint that a stage starts from. */
export const beforeStage: Readonly<Record<AlignStage, CheckpointName>> = {
  code: 'base',
  sft: 'code',
  reward: 'sft',
  dpo: 'sft',
  'rpo 1': 'dpo',
  'rpo 2': 'rpo 1',
  'rpo 3': 'rpo 2',
};
/** A stage and all that is made from it, which goes with it. */
export const stagesFrom = (stage: AlignStage): Set<AlignStage> => {
  const found = new Set<CheckpointName>([stage]);
  for (const one of alignStages) if (found.has(beforeStage[one])) found.add(one);
  return found as Set<AlignStage>;
};
export const isPreference = (stage: AlignStage): boolean => stage === 'dpo' || stage.startsWith('rpo');

export type AlignBase =
  | { kind: 'shipped' }
  | { kind: 'train'; seed: number }
  | { kind: 'folder'; name: string; files: ModelFile[] };

export interface AlignSettings {
  /** Who compares the answers of which pairs are made. */
  judge: 'truth' | 'reward';
  beta: number;
  eta: number;
}

export const usualAlignSettings: AlignSettings = { judge: 'truth', beta: 0.3, eta: 1 };

/** A step's measurements by name (train/align/stage.ts). */
export type AlignRow = Readonly<Record<string, number>>;

/** A triplet of preferences as the table shows it. */
export interface ShownPair {
  prompt: string;
  chosen: string;
  rejected: string;
  rewardChosen: number;
  rewardRejected: number;
  chosenRight: boolean;
  rejectedRight: boolean;
  hard: boolean;
}

/** Of a held-out pair: by how much its gap of log-probabilities grew, and by how much the rewards wanted it to, nats. */
export type ShownGap = readonly [gap: number, wanted: number];

/** Shares in 0 … 1, and a mean reward. */
export type AlignScores = Readonly<Record<string, number>>;

export type AlignWork = 'kept' | 'base' | 'data' | 'answers' | 'reference' | 'training' | 'examining';

export type AlignEvent =
  | { kind: 'work'; work: AlignWork }
  | { kind: 'rows'; rows: AlignRow[]; steps: number }
  | { kind: 'pairs'; pairs: ShownPair[] }
  | { kind: 'gaps'; gaps: ShownGap[] }
  | { kind: 'scores'; scores: AlignScores }
  /** What is made from here on goes with the tab, and why. */
  | { kind: 'unkept'; why: string };

/** What a stage has come to. */
export interface StageSoFar {
  rows: AlignRow[];
  steps: number;
  state: 'running' | 'stopped' | 'done';
  scores?: AlignScores;
  pairs?: ShownPair[];
  gaps?: ShownGap[];
  settings: AlignSettings;
}
export const newStage = (settings: AlignSettings): StageSoFar => ({ rows: [], steps: 0, state: 'running', settings });

/** The same after an event. */
export function stageAfter(stage: StageSoFar, event: AlignEvent): StageSoFar {
  switch (event.kind) {
    case 'rows':
      return { ...stage, rows: [...stage.rows, ...event.rows], steps: event.steps };
    case 'pairs':
      return { ...stage, pairs: event.pairs };
    case 'gaps':
      return { ...stage, gaps: event.gaps };
    case 'scores':
      return { ...stage, scores: event.scores };
    default:
      return stage;
  }
}

export interface OpenedBase {
  /** As the reader chose it. */
  name: string;
  seed: number;
  parameters: number;
  /** What computes. */
  machine: 'gpu' | 'cpu';
  scores: AlignScores;
}

export interface ShownVerdict {
  right: boolean;
  instructions: { phrase: string; followed: boolean }[];
  /** A right answer. */
  gold: string;
  reward: number;
}

export interface ShownAnswer {
  text: string;
  /** By itself; else it was cut at the longest answer there is, or stopped. */
  ended: boolean;
  /** null: the prompt is none that this world can judge. */
  verdict: ShownVerdict | null;
}

/** An alignment as an earlier visit has left it. */
export interface KeptAlignment {
  base: OpenedBase;
  /** None of them runs. */
  stages: Partial<Record<AlignStage, StageSoFar>>;
}

export interface AlignApi {
  /** What this browser has kept, taken up where it was left; null: nothing. */
  reopen(device: DeviceChoice, onEvent: (event: AlignEvent) => void): Promise<KeptAlignment | null>;
  /** Forgets all that was made, and starts from this base; null: stopped. */
  open(
    base: AlignBase,
    name: string,
    device: DeviceChoice,
    onEvent: (event: AlignEvent) => void,
  ): Promise<OpenedBase | null>;
  /** Forgets all that was made, also what is kept. */
  forget(): Promise<void>;
  /** Runs a stage, or goes on with the one that was stopped; false: stopped. */
  run(stage: AlignStage, settings: AlignSettings, onEvent: (event: AlignEvent) => void): Promise<boolean>;
  /** Ends what is under way after its step. */
  stop(): Promise<void>;
  /** A prompt of this world that nothing was trained on. */
  prompt(number: number): Promise<string>;
  /** `onText` hears of the answer as it grows; temperature 0 takes the likeliest word. */
  answer(
    checkpoint: CheckpointName,
    prompt: string,
    sampling: { temperature: number; seed: number },
    onText: (text: string) => void,
  ): Promise<ShownAnswer>;
  stopAnswers(): Promise<void>;
  /** A checkpoint's HuggingFace folder. */
  folder(checkpoint: CheckpointName): Promise<ModelFile[]>;
}
