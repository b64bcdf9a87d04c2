/** Text from an address: it comes as a file, and is looked at as one that was chosen. */
import { useSignal } from '@preact/signals';
import type { FolderBlob, FoundText } from '../../protocol.ts';
import { addFiles } from '../files/files.ts';
import * as format from '../format.ts';
import { Address, Facts, type Fetch } from './Address.tsx';
import { onBytes } from './fetcher.ts';
import { words } from './words.ts';

/** Megabytes: what is offered, and what is fetched at most (data/remote/file.ts has the same limit for files). */
const [USUAL, MOST] = [20, 250];

const add = ({ name, bytes }: FolderBlob) => addFiles([new File([bytes], name)]);

export function TextAddress() {
  return (
    <Address label={words.text} look={(fetcher, address): Promise<FoundText> => fetcher.lookAtText(address)}>
      {(found, fetch) =>
        found.kind === 'file' ? <OneFile found={found} fetch={fetch} /> : <Set found={found} fetch={fetch} />
      }
    </Address>
  );
}

type Of<Kind extends FoundText['kind']> = { found: Extract<FoundText, { kind: Kind }>; fetch: Fetch };

function OneFile({ found, fetch }: Of<'file'>) {
  const { name, bytes } = found;
  return (
    <>
      <Facts
        name={name}
        facts={[
          [words.licence, words.noLicence],
          [words.size, bytes === null ? words.unknownSize : format.bytes(bytes)],
        ]}
      />
      <button
        type="button"
        onClick={() =>
          fetch(bytes, async (fetcher, take): Promise<FolderBlob> => fetcher.fetchText(found, null, onBytes(take)), add)
        }
      >
        {words.fetch(null, bytes)}
      </button>
    </>
  );
}

function Set({ found, fetch }: Of<'dataset'>) {
  const { name, licence, revision, splits, shards } = found.dataset;
  const usual = splits.findIndex(({ split }) => split === 'train');
  const chosen = useSignal(Math.max(0, usual));
  const megabytes = useSignal(USUAL);
  const part = splits[chosen.value];
  const packed = shards
    .filter(({ config, split }) => config === part?.config && split === part.split)
    .reduce((sum, { size }) => sum + size, 0);
  const isRight = megabytes.value >= 0.1 && megabytes.value <= MOST;
  const enough = megabytes.value * 1e6;
  return (
    <>
      <Facts
        name={name}
        facts={[
          [words.licence, licence ?? words.noLicence],
          [words.revision, revision.slice(0, 12)],
          [words.size, packed > 0 ? words.packed(packed) : words.unknownSize],
        ]}
      />
      <label>
        {words.part}{' '}
        <select value={chosen.value} onChange={({ currentTarget }) => (chosen.value = Number(currentTarget.value))}>
          {splits.map((one, i) => (
            <option key={i} value={i}>
              {words.partOf(one)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.megabytes}{' '}
        <input
          type="number"
          min={0.1}
          max={MOST}
          step="any"
          value={megabytes.value}
          onInput={({ currentTarget }) => (megabytes.value = Number(currentTarget.value))}
        />
      </label>
      {!isRight && <p role="alert">{words.wrongMegabytes(MOST)}</p>}
      <button
        type="button"
        disabled={!isRight || !part}
        onClick={() =>
          fetch(
            enough,
            async (fetcher, take): Promise<FolderBlob> => fetcher.fetchText(found, { ...part!, enough }, onBytes(take)),
            add,
          )
        }
      >
        {words.fetchUpTo(licence, enough)}
      </button>
    </>
  );
}
