/** The reader's own text as a source: dropped or chosen, named, and kept in this tab. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { UserFile } from '../../protocol.ts';
import {
  ACCEPTED,
  addFiles,
  type Candidate,
  candidates,
  fileProblems,
  files,
  leaveOut,
  removeFile,
  renameFile,
  settle,
} from '../state/files.ts';
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
      {fileProblems.value.length > 0 && (
        <div class="problem" role="alert">
          {fileProblems.value.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
      <ul class="stack-2">
        {candidates.value.map((candidate) => (
          <CandidateRow key={candidate.key} candidate={candidate} />
        ))}
        {files.value.map((file) => (
          <FileRow key={file.source} file={file} />
        ))}
      </ul>
    </div>
  );
}

/** A file that is being read, or whose damage the reader has to judge. */
function CandidateRow({ candidate }: { candidate: Candidate }) {
  const { name, state } = candidate;
  return (
    <li class="candidate stack-2">
      {state.kind === 'reading' ? (
        <label class="note">
          {text.setup.reading(name)} <progress max={1} value={state.share} />
        </label>
      ) : (
        <p role="alert">{text.setup.damaged(name, state.places, state.at)}</p>
      )}
      <span class="buttons">
        {state.kind === 'damaged' && (
          <>
            <button type="button" onClick={() => void settle(candidate, 'replace')}>
              {text.setup.replace}
            </button>
            <button type="button" onClick={() => void settle(candidate, 'windows-1252')}>
              {text.setup.western}
            </button>
          </>
        )}
        <button type="button" class="quiet" aria-label={text.setup.remove(name)} onClick={() => leaveOut(candidate)}>
          {text.setup.leaveOut}
        </button>
      </span>
    </li>
  );
}

function FileRow({ file }: { file: UserFile }) {
  return (
    <li class="file">
      <span class="note">
        {file.name}, {format.bytes(file.bytes.size)}
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
