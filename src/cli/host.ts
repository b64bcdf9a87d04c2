/** What a command has of the machine it runs on: what it trains on, its two outputs, and the wish of a person to end it. */
import type { Backend } from '../train/backends/backend.ts';

/** `auto`: what is fastest here. */
export const deviceNames = ['auto', 'gpu', 'cpu'] as const;
export type DeviceName = (typeof deviceNames)[number];

export interface Host {
  /** What to train on, as asked for; never one that was lost. */
  open(device?: DeviceName): Promise<Backend>;
  /** A line for a person, apart from what a command puts out. */
  say(line: string): void;
  /** What a command is asked for. */
  print(text: string): void;
  /** Aborted when a person ends the command: it saves and ends. */
  ended: AbortSignal;
}

/** How a shell tells that a command was interrupted: 128 + SIGINT. */
export const INTERRUPTED = 130;
