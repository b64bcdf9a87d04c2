/** Which commands a run in a given state can take: the page's buttons and keys are drawn from this and nothing else. */
import type { RunState } from '../../protocol.ts';

export type Command = 'start' | 'pause' | 'resume' | 'step' | 'stop';

export function commandsOf(state: RunState): readonly Command[] {
  switch (state.kind) {
    case 'idle':
    case 'done':
    case 'stopped':
    case 'moved':
    case 'diverged':
    case 'failed':
      return ['start'];
    case 'preparing':
    case 'compiling':
      return ['stop'];
    case 'training':
    case 'evaluating':
      return ['pause', 'stop'];
    case 'paused':
      return ['resume', 'step', 'stop'];
  }
}

/** A run is under way: its configuration can no longer change. */
export function isActive(state: RunState): boolean {
  return !commandsOf(state).includes('start');
}

/**
 * Trained weights lie still, so that they can be sampled from or saved. `logged`: steps logged; a run stopped before
 * any has none.
 */
export function hasWeights(state: RunState, logged: number): boolean {
  if (logged === 0) return false;
  return state.kind === 'paused' || state.kind === 'done' || state.kind === 'stopped';
}

/** Nothing moves and something was logged: a run that failed or diverged has its numbers still. */
export function hasRested(state: RunState, logged: number): boolean {
  return logged > 0 && (state.kind === 'paused' || !isActive(state));
}
