/** What is said of text and models that come from an address. */
import type { FoundModel } from '../../protocol.ts';
import * as format from '../format.ts';

export const words = {
  text: 'A data set, or a file',
  textHint: 'OWNER/NAME on HuggingFace, or https://…',
  model: 'A model’s folder',
  note:
    'Its server, and those it leads to, see the network address of this machine and what is asked for. Nothing of yours is sent. ' +
    'A server that lets no web page read its files gives no answer here.',
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
    return [...others, weights === 1 ? 'one of weights' : `${format.integer(weights)} of weights`].join(', ');
  },
  part: 'Part',
  partOf: ({ config, split }: { config: string; split: string }) => `${config}, ${split}`,
  megabytes: 'Text to fetch, MB',
  wrongMegabytes: (most: number) => `Give a number of megabytes from 0.1 to ${most}.`,
  fetch: (licence: string | null, bytes: number | null) => {
    const what = bytes === null ? 'fetch it' : `fetch ${format.bytes(bytes)}`;
    return licence === null ? `I may use it: ${what}` : `Accept ${licence} and ${what}`;
  },
  /** Of a data set: it may have less. */
  fetchUpTo: (licence: string | null, bytes: number) =>
    words.fetch(licence, null).replace('fetch it', `fetch up to ${format.bytes(bytes)}`),
  fetching: (bytes: number, of: number | null) =>
    of === null ? `${format.bytes(bytes)} so far` : `${format.bytes(bytes)} of ${format.bytes(of)}`,
  noFrame: 'The part of the page that fetches could not be opened: reload the page and try again.',
  notHere: 'A page in one file asks no server: download the file, and choose it here.',
};
