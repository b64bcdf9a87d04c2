/** Files of runs that others saved, into the list of runs. */
import { signal } from '@preact/signals';
import { SharedFiles } from '../components/SharedFiles.tsx';
import { addShared } from './ledger.ts';
import { readSharedRun } from './shared.ts';
import { words } from './words.ts';

const told = signal<string[]>([]);

async function addAll(files: readonly File[]): Promise<void> {
  const problems: string[] = [];
  let added = 0;
  for (const file of files) {
    try {
      addShared(await readSharedRun(file), words.shared.from(file.name));
      added++;
    } catch (error) {
      problems.push(words.shared.notRead(file.name, error instanceof Error ? error.message : String(error)));
    }
  }
  told.value = [...(added > 0 ? [words.shared.added(added)] : []), ...problems];
}

export function SharedRuns() {
  return (
    <div class="shared-runs stack-2">
      <SharedFiles
        label={words.shared.add}
        note={words.shared.note}
        accept=".zip"
        take={(files) => void addAll(files)}
        told={told.value}
      />
    </div>
  );
}
