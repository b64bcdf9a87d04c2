/** What curation left as the text of the next run: each source a file of the reader's, its weights those of a method. */
import { BLEND_KEYS } from '../../config/sources.ts';
import { getPath } from '../../config/path.ts';
import type { DataReport } from '../../recipe/curation/dataReport.ts';
import { addFiles, fileProblems, files, removeFile } from '../files/files.ts';
import { config, sourcesOf, state } from '../recipe/config.ts';

/** Digits of a weight in percent: the tables show tenths, and links stay short. */
const DIGITS = 4;

/** False: a file was not taken, and fileProblems says why. Sources that were in the blends before stay in the form, with weight 0. */
export async function trainWith({ texts, weights }: DataReport, method: string): Promise<boolean> {
  const shares = new Map(weights.find((one) => one.method === method)!.sources.map(({ name, share }) => [name, share]));
  for (const { source } of texts) if (files.peek().some((file) => file.source === source)) removeFile(source);
  await addFiles(
    texts.map(({ source, documents }) => {
      const lines = documents.map((text) => `${JSON.stringify({ text })}\n`);
      return new File(lines, `${source}.jsonl`);
    }),
  );
  if (fileProblems.peek().length > 0) return false;
  for (const key of BLEND_KEYS) {
    if (!getPath(config.peek(), key)) continue;
    for (const source of sourcesOf(config.peek()))
      state(`${key}.${source}`, String(Number((100 * (shares.get(source) ?? 0)).toPrecision(DIGITS))));
  }
  return true;
}
