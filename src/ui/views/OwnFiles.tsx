/** The reader's own text as sources: dropped or chosen, looked at, named, put into the blends, and kept in this tab. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { FILE_ENDINGS } from '../../config/files.ts';
import { SWITCHES_NOTHING, switchesNothing } from '../../config/sources.ts';
import { config, isPresets, missingSources } from '../state/config.ts';
import {
  addFiles,
  type Candidate,
  candidates,
  fileProblems,
  giveUp,
  leaveOut,
  ownFiles,
  settle,
} from '../state/files.ts';
import { remembered } from '../state/rememberedFiles.ts';
import { text } from '../strings.ts';
import { FileRow } from './OwnFile.tsx';

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
      <FileInput id={id} multiple describedBy={`${id}-note`} />
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
        {missingSources.value.map((source) => (
          <MissingRow key={source} source={source} />
        ))}
        {candidates.value.map((candidate) => (
          <CandidateRow key={candidate.key} candidate={candidate} />
        ))}
        {ownFiles.value.map((own) => (
          <FileRow key={own.file.source} own={own} />
        ))}
      </ul>
      {ownFiles.value.length > 0 && switchesNothing(config.value) && <p class="note">{SWITCHES_NOTHING}</p>}
    </div>
  );
}

function FileInput({
  id,
  multiple,
  describedBy,
  awaited,
}: {
  id: string;
  multiple?: boolean;
  describedBy?: string;
  awaited?: string;
}) {
  return (
    <input
      id={id}
      type="file"
      multiple={multiple}
      accept={FILE_ENDINGS.join(',')}
      aria-describedby={describedBy}
      onChange={(event) => {
        void addFiles([...(event.currentTarget.files ?? [])], awaited);
        event.currentTarget.value = '';
      }}
    />
  );
}

/** A source that the recipe names and whose file is not here, as after a reload. */
function MissingRow({ source }: { source: string }) {
  const id = useId();
  return (
    <li class="file stack-2">
      <label for={id}>{text.setup.choose(source, remembered.value.get(source)?.name)}</label>
      <FileInput id={id} awaited={source} />
      {!isPresets(source) && (
        <span class="buttons">
          <button type="button" class="quiet" onClick={() => giveUp(source)}>
            {text.setup.giveUp}
          </button>
        </span>
      )}
    </li>
  );
}

/** A file that is being read, or of which the reader has to say something first. */
function CandidateRow({ candidate }: { candidate: Candidate }) {
  const { file, state } = candidate;
  return (
    <li class="file stack-2">
      {state.kind === 'reading' && (
        <label class="note candidate">
          {text.setup.reading(file.name)} <progress max={1} value={state.share} />
        </label>
      )}
      {state.kind === 'damaged' && <p role="alert">{text.setup.damaged(state.in, state.places, state.at)}</p>}
      {state.kind === 'column' && <p role="alert">{state.message}</p>}
      <span class="buttons">
        {state.kind === 'damaged' && (
          <>
            <button type="button" onClick={() => void settle(candidate, { invalid: 'replace' })}>
              {text.setup.replace}
            </button>
            <button type="button" onClick={() => void settle(candidate, { invalid: 'windows-1252' })}>
              {text.setup.western}
            </button>
          </>
        )}
        {state.kind === 'column' && (
          <select
            aria-label={text.setup.columnOf(file.name)}
            value=""
            onChange={(event) => void settle(candidate, { column: event.currentTarget.value })}
          >
            <option value="" disabled>
              {text.setup.anyColumn}
            </option>
            {state.columns.map((column) => (
              <option key={column}>{column}</option>
            ))}
          </select>
        )}
        <button
          type="button"
          class="quiet"
          aria-label={text.setup.remove(file.name)}
          onClick={() => leaveOut(candidate)}
        >
          {text.setup.leaveOut}
        </button>
      </span>
    </li>
  );
}
