/** The reader's own text as sources: dropped or chosen, looked at, named, put into the blends, and kept in this browser. */
import { FromAddress } from '../address/FromAddress.tsx';
import { type Dropped, DropZone } from '../components/DropZone.tsx';
import { useId } from 'preact/hooks';
import { fetched } from '../components/fetched.tsx';
import { FileInput } from './FileInput.tsx';
import { missingSources } from '../recipe/config.ts';
import { addFiles, candidates, fileProblems, ownFiles } from './files.ts';
import { keepingProblems, keptTexts } from './keptTexts.ts';
import { recipeWords } from '../words/recipe.ts';

const Rows = fetched(
  () => import('./Rows.tsx').then((module) => module.Rows),
  (children) => <div>{children}</div>,
);

const TextAddress = fetched(
  () => import('../address/TextAddress.tsx').then((module) => module.TextAddress),
  (children) => <div>{children}</div>,
);

const KeptTexts = fetched(
  () => import('./KeptTexts.tsx').then((module) => module.KeptTexts),
  (children) => <div>{children}</div>,
);

const ChooseFolder = fetched(
  () => import('./FolderInput.tsx').then((module) => module.ChooseFolder),
  (children) => <div>{children}</div>,
);

function take({ files, entries }: Dropped): void {
  if (entries.some(({ isDirectory }) => isDirectory))
    void import('./folders.ts').then(({ addDropped }) => addDropped(entries));
  else void addFiles(files);
}

export function OwnFiles() {
  const id = useId();
  const hasRows = missingSources.value.length + candidates.value.length + ownFiles.value.length > 0;
  return (
    <DropZone take={take}>
      <h2>
        <label for={id}>{recipeWords.setup.files}</label>
      </h2>
      <FileInput id={id} multiple describedBy={`${id}-note`} />
      <ChooseFolder />
      <p class="note" id={`${id}-note`}>
        {recipeWords.setup.filesNote}
      </p>
      <FromAddress of={TextAddress} />
      {fileProblems.value.length > 0 && (
        <div class="problem" role="alert">
          {fileProblems.value.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
      {hasRows && <Rows />}
      {keptTexts.value.length + keepingProblems.value.length > 0 && <KeptTexts />}
    </DropZone>
  );
}
