/** The list of runs. */
import * as format from '../format.ts';
import type { RecordState } from '../runs/record.ts';
import type { Column } from '../runs/rows.ts';
import { figureWords } from './figure.ts';

export const runsWords = {
  heading: 'Runs',
  columns: {
    name: 'Run',
    loss: 'Loss',
    heldOut: 'Held-out',
    tokens: 'Tokens',
    seconds: 'Training',
    switch: 'Switch',
  } satisfies Record<Column, string>,
  heldOutOf: 'Held-out loss of',
  allSources: 'all sources, on average',
  together: 'Seeds together',
  seedsOf: (n: number, name: string) => `${n} seeds of ${name}`,
  show: (name: string) => `Show ${name}`,
  state(state: RecordState, startsIn: number | null): string {
    if (state.kind !== 'queued') return figureWords.stage(state);
    return startsIn === null ? 'Queued' : `Queued, in about ${format.duration(startsIn)}`;
  },
  pinned: 'pinned',
  isBaseline: '★ baseline',
  never: 'never',
  edit: 'Edit',
  editOf: (name: string) => `Edit ${name}`,
  name: 'Name',
  noteField: 'Note',
  pin: 'Pin',
  unpin: 'Unpin',
  makeBaseline: '★ Use as baseline',
  takeOver: 'Use these settings',
  remove: 'Delete',
  notKept: (name: string) => `${name} could not be saved in this browser's list of runs.`,
};
