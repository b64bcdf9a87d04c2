/** What is said of text and models that come from an address. */
import type { FoundModel } from '../../protocol.ts';
import * as format from '../format.ts';

const accept = (licence: string | null, what: string): string =>
  licence === null ? `No licence is stated: fetch ${what} anyway` : `Accept ${licence} and fetch ${what}`;

export const words = {
  text: 'HuggingFace data set, or the address of a file',
  textHint: 'OWNER/NAME or https://…',
  model: 'HuggingFace model, or the address of a folder',
  note:
    'The server sees this machine’s network address and what you ask for. Nothing of yours is sent. ' +
    'Some servers do not let web pages read their files: then download the file and choose it here.',
  look: 'Look',
  looking: 'Looking at what is there …',
  cancel: 'Cancel',
  licence: 'Licence',
  noLicence: 'not stated',
  revision: 'Revision',
  size: 'Size',
  unknownSize: 'not stated',
  packed: (bytes: number) => `${format.bytes(bytes)} as parquet`,
  files: 'Files',
  filesOf: ({ files }: FoundModel) => {
    const weights = files.filter(({ name }) => name.endsWith('.safetensors')).length;
    const others = files.flatMap(({ name }) => (name.endsWith('.safetensors') ? [] : [name]));
    return [...others, weights === 1 ? 'one file of weights' : `${format.integer(weights)} files of weights`].join(
      ', ',
    );
  },
  part: 'Part',
  partOf: ({ config, split }: { config: string; split: string }) => `${config}, ${split}`,
  megabytes: 'Text to fetch, MB',
  wrongMegabytes: (most: number) => `Give a number of megabytes from 0.1 to ${most}.`,
  fetch: (licence: string | null, bytes: number | null) => accept(licence, bytes === null ? 'it' : format.bytes(bytes)),
  /** Of a data set: it may have less. */
  fetchUpTo: (licence: string | null, bytes: number) => accept(licence, `up to ${format.bytes(bytes)}`),
  fetching: (bytes: number, of: number | null) =>
    of === null ? `${format.bytes(bytes)} so far` : `${format.bytes(bytes)} of ${format.bytes(of)}`,
  noFrame: 'The part of the page that fetches could not be opened: reload the page and try again.',
  notHere: 'This page is a single file and asks no server: download what you need and choose it here.',
};
