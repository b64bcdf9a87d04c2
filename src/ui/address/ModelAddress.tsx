/** A model's folder from an address: its files are taken as those of a folder that was chosen. */
import type { FolderBlob, FoundModel } from '../../protocol.ts';
import * as format from '../format.ts';
import { takeModel } from '../model/ownModel.ts';
import { Address, Facts } from './Address.tsx';
import { onBytes } from './fetcher.ts';
import { words } from './words.ts';

/** Null: of one of them it is not known. */
const sizeOf = ({ files }: FoundModel): number | null =>
  files.some(({ name, bytes }) => bytes === null && !name.endsWith('.json'))
    ? null
    : files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);

export function ModelAddress() {
  return (
    <Address label={words.model} look={(fetcher, address): Promise<FoundModel> => fetcher.lookAtModel(address)}>
      {(found, fetch) => {
        const { name, licence, revision } = found;
        const size = sizeOf(found);
        return (
          <>
            <Facts
              name={name}
              facts={[
                [words.licence, licence ?? words.noLicence],
                ...(revision === null ? [] : ([[words.revision, revision.slice(0, 12)]] as const)),
                [words.size, size === null ? words.unknownSize : format.bytes(size)],
                [words.files, words.filesOf(found)],
              ]}
            />
            <button
              type="button"
              onClick={() =>
                fetch(
                  size,
                  async (fetcher, take): Promise<FolderBlob[]> => fetcher.fetchModel(found, onBytes(take)),
                  (files) => takeModel(name.split('/').at(-1)!, async () => files),
                )
              }
            >
              {words.fetch(licence, size)}
            </button>
          </>
        );
      }}
    </Address>
  );
}
