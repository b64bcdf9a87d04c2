/** Rows of the table of runs: what a row shows of a run, and in which order rows stand. */
import { planRun } from '../../recipe/phases.ts';
import { meanOf, type RunRecord } from './record.ts';

export type Column = 'name' | 'loss' | 'heldOut' | 'tokens' | 'seconds' | 'switch';
export interface Order {
  column: Column;
  descending: boolean;
}

/** Held-out loss on one source, or plainly averaged over all that were measured. */
export function heldOutOf({ figures: { heldOut } }: RunRecord, source: string | null): number | null {
  return source === null ? (meanOf(Object.values(heldOut))?.mean ?? null) : (heldOut[source] ?? null);
}

/** Sources that any of the runs was measured on. */
export function measuredSources(records: readonly RunRecord[]): string[] {
  return [...new Set(records.flatMap(({ figures }) => Object.keys(figures.heldOut)))];
}

export const switchOf = ({ config, part }: RunRecord): number | null => planRun(config, part).switchStep;

function valueOf(record: RunRecord, column: Column, source: string | null): string | number | null {
  switch (column) {
    case 'name':
      return record.name;
    case 'loss':
      return record.figures.loss;
    case 'heldOut':
      return heldOutOf(record, source);
    case 'tokens':
      return record.figures.tokens;
    case 'seconds':
      return record.figures.seconds;
    case 'switch':
      return switchOf(record);
  }
}

/** Pinned runs first, then by the column; runs without a value last, whichever way it goes. null: as they come. */
export function sorted(records: readonly RunRecord[], order: Order | null, source: string | null): RunRecord[] {
  const compare = (a: RunRecord, b: RunRecord): number => {
    if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
    if (!order) return 0;
    const [x, y] = [valueOf(a, order.column, source), valueOf(b, order.column, source)];
    const [noX, noY] = [x === null || Number.isNaN(x), y === null || Number.isNaN(y)];
    if (noX || noY) return Number(noX) - Number(noY);
    const rising = x! < y! ? -1 : x! > y! ? 1 : 0;
    return order.descending ? -rising : rising;
  };
  return records.toSorted(compare);
}
