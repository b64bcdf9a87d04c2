/** The text that a reader chose, shipped and of their own, read and taken through the stages. */
import { fileKind } from '../../config/files.ts';
import type { UserFile } from '../../protocol.ts';
import type { ChosenSource, DataReport, OnReading } from '../../recipe/curation/dataReport.ts';
import { type FetchBytes, loadCatalogue, loadSource } from '../catalogue.ts';
import { readFile } from '../read.ts';
import { collect, type RawDocument } from '../stages/stage.ts';
import { RecordStream } from '../stream.ts';
import { textReport, type TextSource } from './textReport.ts';

/** UTF-16 units of a source that are taken: a few seconds of work, and texts that a tab can hold several times. */
const MOST = 8e6;

type Documents = Pick<RawDocument, 'id' | 'text' | 'date'>[];

export async function chosenText(
  fetchBytes: FetchBytes,
  chosen: readonly ChosenSource[],
  survivor: 'older' | 'newer',
  onProgress: OnReading,
): Promise<DataReport> {
  const catalogue = await loadCatalogue(fetchBytes);
  const sources: TextSource[] = [];
  const cut: string[] = [];
  let unread = 0;
  for (const [i, { name, role, file }] of chosen.entries()) {
    onProgress(name, i / chosen.length);
    const read = file ? await readOwn(file) : { documents: await shipped(name), unread: 0 };
    const documents = beginning(read.documents);
    if (documents.length < read.documents.length) cut.push(name);
    unread += read.unread;
    sources.push({ name, role, documents });
  }
  return { ...(await textReport(sources, survivor, onProgress)), unread, cut };

  async function shipped(name: string): Promise<Documents> {
    return dateless(await collect((await loadSource(fetchBytes, catalogue, name)).documents));
  }
}

const dateless = (documents: readonly { text: string }[]): Documents =>
  documents.map(({ text }) => ({ id: null, text, date: null }));

/** Lines of JSON have ids and dates, and a line that cannot be read costs itself alone. */
async function readOwn({ source, name, bytes, invalid, column = null }: UserFile) {
  if (fileKind(name) !== 'lines')
    return { documents: dateless((await readFile(source, name, bytes, { invalid, column })).documents), unread: 0 };
  const documents: Documents = [];
  let unread = 0;
  const stream = new RecordStream(name, column, ({ id, date, text, fault }) => {
    if (fault === null) documents.push({ id, text, date });
    else unread++;
  });
  const reader = bytes.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) stream.push(part.value);
  stream.end();
  return { documents, unread };
}

/** The first documents, at least one. */
function beginning(documents: Documents): Documents {
  let units = 0;
  const end = documents.findIndex(({ text }, i) => (units += text.length) > MOST && i > 0);
  return end < 0 ? documents : documents.slice(0, end);
}
