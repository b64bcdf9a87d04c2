/** Short runs of the terminal, one after the other, each told when it is done: the cells of a grid or a sweep of widths. */
import { createHash } from 'node:crypto';
import type { GivenFile } from '../../data/prepare.ts';
import type { Backend } from '../../train/backends/backend.ts';
import { type CellsNews, type CellsWork, runCells } from '../../train/trials/cells.ts';
import { listening } from '../../util/events.ts';
import type { Run } from '../../train/run/run.ts';
import type { Host } from '../host.ts';
import { fetchShard } from '../inputs.ts';

/** `done`: a cell by its place in the list, its loss (null: it diverged) and the seconds it took. False if it was ended. */
export function trainCells(
  host: Host,
  backend: Backend,
  work: CellsWork,
  done: (cell: number, loss: number | null, seconds: number) => void,
): Promise<boolean> {
  let started = 0;
  let current: Run | null = null;
  host.ended.addEventListener('abort', () => current?.stop());
  return runCells(
    backend,
    work,
    fetchShard,
    listening<CellsNews>({
      begin({ run }) {
        current = run;
        started = performance.now();
      },
      end: ({ cell, loss }) => done(cell, loss, (performance.now() - started) / 1000),
    }),
    () => host.ended.aborted,
  );
}

/** SHA-256 of every text of the user's, by its source: results on other texts are other results. */
export const hashes = (files: readonly GivenFile[]): Promise<string[]> =>
  Promise.all(
    files.map(async ({ source, bytes }) => {
      const content = bytes instanceof Blob ? await bytes.arrayBuffer() : bytes;
      return `${source} ${createHash('sha256').update(new Uint8Array(content)).digest('hex')}`;
    }),
  );
