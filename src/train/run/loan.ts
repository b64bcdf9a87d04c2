/** What a run lends to a trial, and has back bit for bit. */
import type { Blend, RunConfig } from '../../config/run.ts';
import type { Place } from '../../recipe/place.ts';
import type { BatchSource } from './data.ts';
import type { Engine } from '../engine/engine.ts';

/** An engine on loan, and what its run would do next with it. */
export interface Loan {
  config: RunConfig;
  engine: Engine;
  batches: BatchSource;
  /** Batches are drawn from here on … */
  place: Place;
  /** … of this blend. */
  blend: Blend;
  /** Steps since the moments were 0. */
  adamSteps: number;
}
