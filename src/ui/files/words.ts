/** What is said of the reader's own files once there are some. */
import type { BlendKey } from '../../config/sources.ts';
import * as format from '../format.ts';

export const words = {
  choose: (source: string, file: string | undefined) =>
    file === undefined ? `Choose the file for “${source}”` : `Choose ${file} again, for “${source}”`,
  folder: 'Or a folder of text',
  emptyFolder: 'The folder is empty: give a folder with files of text.',
  giveUp: 'Use the preset’s text',
  about: (bytes: number, documents: number) =>
    `${format.bytes(bytes)}, ${documents === 1 ? 'one document' : `${format.integer(documents)} documents`}`,
  column: 'Column',
  columnOf: (file: string) => `Column of ${file} to read`,
  anyColumn: 'Choose one',
  readIn: 'Read in',
  blendNames: { 'base.blend': 'Base', 'continued.general': 'General', 'continued.qa': 'QA' } satisfies Record<
    BlendKey,
    string
  >,
  share: 'Share of each, %',
  shareNote: (share: number) =>
    share < 1
      ? 'The rest is the preset’s text and your other files.'
      : 'In place of the preset’s text; less than 100 % is mixed into it.',
  firstDocuments: 'First documents, as they will be read',
  previewLength: (shown: number, length: number) =>
    shown < length
      ? `The first ${format.integer(shown)} of ${format.integer(length)} characters`
      : `${format.integer(length)} characters`,
  fileSource: 'Name',
  removeShort: 'Remove',
  remove: (name: string) => `Remove ${name}`,
  reading: (name: string) => `Reading ${name} …`,
  damaged: (name: string, places: number, at: number) =>
    `${name} has bytes that are not text in ${places === 1 ? 'one place' : `${format.integer(places)} places`}, ` +
    `${places === 1 ? 'at' : 'first at'} byte ${format.integer(at)} (code text-utf8). How should it be read?`,
  replace: 'Replace by \ufffd',
  western: 'Read as Windows-1252',
  leaveOut: 'Leave out',
  leaveOutOf: (name: string) => `Leave out ${name}`,
  kept: (count: number, bytes: number) =>
    `Kept in this browser: ${count === 1 ? 'one text' : `${format.integer(count)} texts`}, ${format.bytes(bytes)}`,
  keptNote: 'Copies of your files on this machine, until you delete them. They are never sent anywhere.',
  inUse: 'in use',
  use: 'Use',
  useOf: (name: string) => `Use ${name}`,
  erase: 'Delete',
  eraseOf: (name: string) => `Delete the copy of ${name}`,
  keepsNone: 'This browser keeps no files for pages: after a reload the page asks for your text again.',
  noRoom: (name: string, bytes: number) =>
    `${name} is not kept, for the browser has no room for another ${format.bytes(bytes)} beside the runs: after a reload the page ` +
    'asks for it again.',
  notKept: (name: string, cause: string) =>
    `${name} could not be kept (${cause}): after a reload the page asks for it again.`,
  usedElsewhere: (name: string) => `The copy of ${name} stays, for another tab uses it: close that tab first.`,
};
