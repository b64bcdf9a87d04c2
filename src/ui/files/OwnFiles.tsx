/** The reader's own text as sources: dropped or chosen, looked at, named, put into the blends, and kept in this tab. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { fetched } from '../components/fetched.tsx';
import { FileInput } from './FileInput.tsx';
import { missingSources } from '../recipe/config.ts';
import { addFiles, candidates, fileProblems, ownFiles } from './files.ts';
import { recipeWords } from '../words/recipe.ts';

const Rows = fetched(
  () => import('./Rows.tsx').then((module) => module.Rows),
  (children) => <div>{children}</div>,
);

export function OwnFiles() {
  const id = useId();
  const over = useSignal(false);
  const hasRows = missingSources.value.length + candidates.value.length + ownFiles.value.length > 0;
  return (
    <div
      class={`drop stack-2 ${over.value ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        void addFiles(event.dataTransfer?.files ?? []);
      }}
    >
      <h2>
        <label for={id}>{recipeWords.setup.files}</label>
      </h2>
      <FileInput id={id} multiple describedBy={`${id}-note`} />
      <p class="note" id={`${id}-note`}>
        {recipeWords.setup.filesNote}
      </p>
      {fileProblems.value.length > 0 && (
        <div class="problem" role="alert">
          {fileProblems.value.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
      {hasRows && <Rows />}
    </div>
  );
}
