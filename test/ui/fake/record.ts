/**
 * A run's folder, as `npm run recipe -- --preset NAME --out DIR` writes it, as a recording to be played:
 * `node src/cli/run.mjs test/ui/fake/record.ts DIR NAME`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [folder, name] = process.argv.slice(2) as [string, string];
const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');
const loss = read('metrics.jsonl')
  .trim()
  .split('\n')
  // Four decimals: far below the noise of a step.
  .map((line) => Number((JSON.parse(line) as { loss: number }).loss.toFixed(4)));
const { heldOut, samples } = JSON.parse(read('evaluations.json'));
const recordings = path.join(import.meta.dirname, 'recordings');
mkdirSync(recordings, { recursive: true });
writeFileSync(path.join(recordings, `${name}.json`), `${JSON.stringify({ loss, heldOut, samples })}\n`);
