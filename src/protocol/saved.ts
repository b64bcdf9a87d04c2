/** Runs that are kept. */
import type { RunConfig } from '../config/run.ts';
import type { PhaseName, RunPart } from '../recipe/phases.ts';
import type { RunEvents } from './run.ts';

/** A run that can be gone on with, as its last save tells it. */
export interface SavedRun {
  id: string;
  preset: string;
  seed: number;
  part: RunPart;
  /** The next step, and one past the last. */
  step: number;
  endStep: number;
  phase: PhaseName;
  /** The last one logged. */
  loss: number | null;
  /** How the run stood; 'training': its tab ended without a word. */
  state: 'training' | 'paused' | 'stopped' | 'done';
  /** Milliseconds since 1970. */
  startedAt: number;
  savedAt: number;
  bytes: number;
  /** Of the text and settings kept with it; unsaid by older versions. */
  inputBytes?: number;
  /** Counts the run's saves. */
  generation: number;
}

/** One that can be had back for a while. */
export interface DeletedRun extends SavedRun {
  /** Milliseconds since 1970. */
  deletedAt: number;
}

/** A saved run as the list shows it. */
export interface ListedRun extends SavedRun {
  /** Another tab trains it now. */
  elsewhere: boolean;
}

/** Newest first; `notes`: what the list cannot show, a sentence each. */
export interface SavedList {
  runs: ListedRun[];
  /** Latest first. */
  deleted: DeletedRun[];
  notes: string[];
  /** A run is left out whose files another worker still holds: the list is to be asked for again. */
  waiting: boolean;
}

/** A saved run, shown again. */
export interface ShownRun {
  config: RunConfig;
  part: RunPart;
  events: RunEvents;
}
