/** Results out of this browser as a file, and those of others into it. */
import { signal } from '@preact/signals';
import { DropZone } from '../../components/DropZone.tsx';
import { SharedFiles } from '../../components/SharedFiles.tsx';
import { canChange } from '../state.ts';
import { words } from '../words.ts';
import { addShared } from './shared.ts';

const told = signal<readonly string[]>([]);

/** One after the other: each sees the rows of those before it. */
async function addAll(files: readonly File[]): Promise<void> {
  if (!canChange.value) return;
  const sentences: string[] = [];
  for (const file of files) sentences.push(...(await addShared(file)));
  told.value = sentences;
}

export function SharedRows() {
  return (
    <DropZone take={({ files }) => void addAll(files)}>
      <SharedFiles
        label={words.shared.add}
        note={words.shared.note}
        accept=".json"
        disabled={!canChange.value}
        take={(files) => void addAll(files)}
        told={told.value}
      />
    </DropZone>
  );
}
