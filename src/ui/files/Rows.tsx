/** The reader's files: those that are asked for, those of which something has to be said first, and those that are sources. */
import { useId } from 'preact/hooks';
import { switchesNothing } from '../../config/sources.ts';
import { differingLanguages } from '../../recipe/languages.ts';
import { config, isPresets, missingSources } from '../recipe/config.ts';
import { type Candidate, candidates, giveUp, leaveOut, ownFiles, settle } from './files.ts';
import { remembered } from './rememberedFiles.ts';
import { FileInput } from './FileInput.tsx';
import { FolderInput, picksFolders } from './FolderInput.tsx';
import { FileRow } from './FileRow.tsx';
import { words } from './words.ts';
import { configWords } from '../../words/config.ts';

export function Rows() {
  const measured = new Map(ownFiles.value.map(({ file, preview }) => [file.source, preview.languages.shares]));
  const languages = measured.size > 0 ? differingLanguages(config.value, measured) : null;
  return (
    <>
      <ul class="stack-2">
        {missingSources.value.filter(isAskedFor).map((source) => (
          <MissingRow key={source} source={source} />
        ))}
        {candidates.value.map((candidate) => (
          <CandidateRow key={candidate.key} candidate={candidate} />
        ))}
        {ownFiles.value.map((own) => (
          <FileRow key={own.file.source} own={own} />
        ))}
      </ul>
      {ownFiles.value.length > 0 && switchesNothing(config.value) && <p class="note">{configWords.switchesNothing}</p>}
      {languages !== null && <p class="note">{languages}</p>}
    </>
  );
}

/** Not while a file is being looked at for it. */
const isAskedFor = (source: string): boolean =>
  !candidates.value.some(({ awaited, file }) => awaited && file.source === source);

/** A source that the recipe names and whose file is not here, as after a reload. */
function MissingRow({ source }: { source: string }) {
  const id = useId();
  const name = remembered.value.get(source)?.name;
  const Input = picksFolders && name?.endsWith('/') ? FolderInput : FileInput;
  return (
    <li class="candidate stack-2">
      <label for={id}>{words.choose(source, name)}</label>
      <Input id={id} awaited={source} />
      {!isPresets(source) && (
        <span class="buttons">
          <button type="button" class="quiet" onClick={() => giveUp(source)}>
            {words.giveUp}
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
    <li class="candidate stack-2">
      {state.kind === 'reading' && (
        <label class="note">
          {words.reading(file.name)} <progress max={1} value={state.share} />
        </label>
      )}
      {state.kind === 'damaged' && <p role="alert">{words.damaged(state.in, state.places, state.at)}</p>}
      {state.kind === 'column' && <p role="alert">{state.message}</p>}
      <span class="buttons">
        {state.kind === 'damaged' && (
          <>
            <button type="button" onClick={() => void settle(candidate, { invalid: 'replace' })}>
              {words.replace}
            </button>
            <button type="button" onClick={() => void settle(candidate, { invalid: 'windows-1252' })}>
              {words.western}
            </button>
          </>
        )}
        {state.kind === 'column' && (
          <select
            aria-label={words.columnOf(file.name)}
            value=""
            onChange={(event) => void settle(candidate, { column: event.currentTarget.value })}
          >
            <option value="" disabled>
              {words.anyColumn}
            </option>
            {state.columns.map((column) => (
              <option key={column}>{column}</option>
            ))}
          </select>
        )}
        <button
          type="button"
          class="quiet"
          aria-label={words.leaveOutOf(file.name)}
          onClick={() => leaveOut(candidate)}
        >
          {words.leaveOut}
        </button>
      </span>
    </li>
  );
}
