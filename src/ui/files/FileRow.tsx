/** One file of the reader's: its name as a source, its column, where it is read, and its first documents. */
import { fileKind } from '../../config/files.ts';
import { BLEND_KEYS } from '../../config/sources.ts';
import type { FilePreview } from '../../protocol.ts';
import { config, preset } from '../recipe/config.ts';
import { presetConfig } from '../../config/presets.ts';
import { chooseColumn, type OwnFile, removeFile, renameFile, useFile } from './files.ts';
import { isLocked } from '../page/lesson.ts';
import { words } from './words.ts';
import { languageWords } from '../../words/languages.ts';

export function FileRow({ own: { file, preview, use } }: { own: OwnFile }) {
  const { source, name } = file;
  return (
    <li class="file stack-2">
      <p>
        <b>{name}</b> <span class="note">{words.about(file.bytes.size, preview.documents)}</span>
      </p>
      <div class="file-line">
        <label>
          {words.fileSource}{' '}
          <input
            type="text"
            value={source}
            onChange={(event) => renameFile(source, event.currentTarget.value.trim())}
          />
        </label>
        <button type="button" class="quiet" aria-label={words.remove(name)} onClick={() => removeFile(source)}>
          {words.removeShort}
        </button>
      </div>
      {preview.column !== null && preview.columns.length > 1 && (
        <div class="file-line">
          <label>
            {words.column}{' '}
            <select
              aria-label={words.columnOf(name)}
              value={preview.column}
              onChange={(event) => void chooseColumn(source, event.currentTarget.value)}
            >
              {preview.columns.map((column) => (
                <option key={column}>{column}</option>
              ))}
            </select>
          </label>
        </div>
      )}
      {/* A world's words are its own: text takes its place as a whole. */}
      {presetConfig(preset.value).data.world === null && <Use use={use} />}
      {Object.keys(preview.languages.shares).length > 0 && (
        <p class="note">{languageWords.languages(preview.languages)}</p>
      )}
      {preview.notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      <Preview preview={preview} open={fileKind(name) !== 'plain'} />
    </li>
  );
}

function Use({ use: { source, blends, share } }: { use: OwnFile['use'] }) {
  const disabled = isLocked('blends');
  const keys = config.value.continued ? BLEND_KEYS : BLEND_KEYS.slice(0, 1);
  return (
    <fieldset class="file-use" disabled={disabled}>
      <legend>{words.readIn}</legend>
      {keys.map((key) => (
        <label key={key}>
          <input
            type="checkbox"
            checked={blends.includes(key)}
            disabled={disabled || (blends.length === 1 && blends[0] === key)}
            onChange={(event) => {
              const isIn = event.currentTarget.checked;
              useFile(source, { blends: BLEND_KEYS.filter((one) => (one === key ? isIn : blends.includes(one))) });
            }}
          />{' '}
          {words.blendNames[key]}
        </label>
      ))}
      <label>
        {words.share}{' '}
        <input
          type="number"
          min={1}
          max={100}
          value={Math.round(100 * share)}
          onInput={(event) => useFile(source, { share: Number(event.currentTarget.value) / 100 })}
        />
      </label>
      <p class="note">{words.shareNote(share)}</p>
    </fieldset>
  );
}

function Preview({ preview: { first }, open }: { preview: FilePreview; open: boolean }) {
  return (
    <details open={open}>
      <summary>{words.firstDocuments}</summary>
      <ol class="preview">
        {first.map(({ text: shown, length }, i) => (
          <li key={i}>
            <pre tabIndex={0} aria-label={words.previewLength(shown.length, length)}>
              {shown}
              {shown.length < length && '…'}
            </pre>
            <span class="note" aria-hidden="true">
              {words.previewLength(shown.length, length)}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
