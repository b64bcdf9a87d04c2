/** Rows that a link brought: looked at, and taken in only when somebody says so. */
import { effect, signal } from '@preact/signals';
import { countRows, recallGathered } from '../gathered.ts';
import { canChange, linkedRows } from '../state.ts';
import { words } from '../words.ts';
import { unpackRows } from './link.ts';
import { add, readShared, type SharedResults } from './shared.ts';

/** What the link holds; null: it holds none, or they were taken or left. */
export const offered = signal<SharedResults | null>(null);
/** What came of the last link, a sentence each. */
export const told = signal<readonly string[]>([]);

/** Rows by what they would do here, now. */
export const counted = (from: SharedResults) => countRows(from.config, from.rows);

/** Looks at the rows of every link that arrives, from now on. */
export function lookAtLinks(): void {
  effect(() => {
    const packed = linkedRows.value;
    offered.value = null;
    if (packed !== null) void look(packed);
  });
}

async function look(packed: string): Promise<void> {
  try {
    const found = readShared(await unpackRows(packed));
    await recallGathered();
    if (linkedRows.peek() !== packed) return;
    told.value = [];
    offered.value = found;
  } catch (error) {
    if (linkedRows.peek() !== packed) return;
    told.value = [words.link.notRead(error instanceof Error ? error.message : String(error))];
    linkedRows.value = null;
  }
}

export async function takeOffered(): Promise<void> {
  const from = offered.value;
  if (!from || !canChange.value) return;
  linkedRows.value = null;
  told.value = await add(from, words.link.name);
}

export function leaveOffered(): void {
  linkedRows.value = null;
  told.value = [];
}
