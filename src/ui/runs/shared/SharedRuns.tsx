/** Files of runs that others saved, into the list of runs. */
import { signal } from '@preact/signals';
import { SharedFiles } from '../../components/SharedFiles.tsx';
import { checkModel } from './continueFrom.ts';
import { addShared } from '../ledger.ts';
import { readSharedRun } from './sharedRun.ts';
import { keepModel } from './models.ts';
import { words } from '../words.ts';

const told = signal<string[]>([]);

async function addAll(files: readonly File[]): Promise<void> {
  const problems: string[] = [];
  let added = 0;
  for (const file of files) {
    try {
      problems.push(...(await add(file)));
      added++;
    } catch (error) {
      problems.push(words.shared.notRead(file.name, error instanceof Error ? error.message : String(error)));
    }
  }
  told.value = [...(added > 0 ? [words.shared.added(added)] : []), ...problems];
}

/** All of a file or nothing; what its row goes without, a sentence each. */
async function add(file: File): Promise<string[]> {
  const run = await readSharedRun(file);
  if (run.hasModel) await checkModel(file, run.config, run.curve.step[run.curve.length - 1]! + 1);
  const { id } = await addShared(run, words.shared.from(file.name));
  if (!run.hasModel) return [words.shared.noModel(file.name)];
  return (await keepModel(id, file)) ? [] : [words.shared.modelNotKept(file.name)];
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
