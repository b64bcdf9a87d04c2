/** The reader's own text as a source: dropped or chosen, named, and kept in this tab. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { UserFile } from '../../protocol.ts';
import { ACCEPTED, addFiles, fileProblem, files, removeFile, renameFile } from '../state/files.ts';
import { text } from '../strings.ts';
import * as format from '../format.ts';

export function OwnFiles() {
  const id = useId();
  const over = useSignal(false);
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
        <label for={id}>{text.setup.files}</label>
      </h2>
      <input
        id={id}
        type="file"
        multiple
        accept={ACCEPTED.join(',')}
        aria-describedby={`${id}-note`}
        onChange={(event) => {
          void addFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      <p class="note" id={`${id}-note`}>
        {text.setup.filesNote}
      </p>
      {fileProblem.value && (
        <p class="problem" role="alert">
          {fileProblem.value}
        </p>
      )}
      <ul class="stack-2">
        {files.value.map((file) => (
          <FileRow key={file.source} file={file} />
        ))}
      </ul>
    </div>
  );
}

function FileRow({ file }: { file: UserFile }) {
  return (
    <li class="file">
      <span class="note">
        {file.name}, {format.bytes(file.bytes.byteLength)}
      </span>
      <label>
        {text.setup.fileSource}{' '}
        <input
          type="text"
          value={file.source}
          onChange={(event) => renameFile(file.source, event.currentTarget.value.trim())}
        />
      </label>
      <button
        type="button"
        class="quiet"
        aria-label={text.setup.remove(file.name)}
        onClick={() => removeFile(file.source)}
      >
        {text.setup.removeShort}
      </button>
    </li>
  );
}
