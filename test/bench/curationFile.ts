/**
 * `node src/cli/run.mjs test/bench/curationFile.ts MB DIR`: so many megabytes of JSON lines with planted copies, near copies and noise,
 * as DIR/web.jsonl and, a twentieth of them and without faults, DIR/wiki.jsonl; what was planted is counted. The same again every time.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { PAGES_A_MEGABYTE, pageText, plantedPage } from './setup/curationPages.ts';

const [megabytes, folder] = [Number(process.argv[2]), process.argv[3]!];
mkdirSync(folder, { recursive: true });
const count = Math.round(megabytes * PAGES_A_MEGABYTE);
const clean = Math.round(count / 20);

/** Lines gathered before they are written. */
const GATHERED = 500;
function writeLines(name: string, lines: number, line: (i: number) => unknown): void {
  const handle = openSync(path.join(folder, name), 'w');
  for (let from = 0; from < lines; from += GATHERED) {
    const some = Array.from({ length: Math.min(GATHERED, lines - from) }, (_, i) => JSON.stringify(line(from + i)));
    writeSync(handle, `${some.join('\n')}\n`);
  }
  closeSync(handle);
}

const planted: Record<string, number> = {};
// Of the web's pages every copy is newer than what it was copied from.
writeLines('web.jsonl', count - clean, (i) => {
  const page = plantedPage(i);
  planted[page.planted] = (planted[page.planted] ?? 0) + 1;
  return { id: `w${i}`, text: page.text, date: 946_684_800_000 + 60_000 * i };
});
// Numbers that no page of the web has.
writeLines('wiki.jsonl', clean, (i) => ({ id: `k${i}`, text: pageText(2 ** 31 + i) }));
process.stdout.write(`${count - clean} pages of the web: ${JSON.stringify(planted)}; ${clean} of wiki\n`);
