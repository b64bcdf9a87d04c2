/** Chooses a folder of text. */
import { addPicked, packing } from './folders.ts';
import { words } from './words.ts';

/** Where the browser cannot, no such control is shown. */
export const picksFolders = 'webkitdirectory' in HTMLInputElement.prototype;

/** `awaited`: the source whose folder is asked for. */
export function FolderInput({ id, awaited }: { id?: string; awaited?: string }) {
  return (
    <input
      id={id}
      type="file"
      {...{ webkitdirectory: true }}
      onChange={(event) => {
        void addPicked([...(event.currentTarget.files ?? [])], awaited);
        event.currentTarget.value = '';
      }}
    />
  );
}

/** The same with its label, and what is being done with a folder, chosen or dropped. */
export function ChooseFolder() {
  return (
    <>
      {picksFolders && (
        <label>
          {words.folder} <FolderInput />
        </label>
      )}
      <div role="status">{packing.value !== null && <p class="note">{words.reading(packing.value)}</p>}</div>
    </>
  );
}
