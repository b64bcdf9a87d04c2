/**
 * Derives the shards of real text from their packages into public/data: `node src/cli/run.mjs src/cli/buildData.ts`.
 * The folder appears when it is complete, or not at all.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildShards } from './data/shards.ts';
import { projectRoot } from './node/project.mjs';

const target = path.join(projectRoot, 'public/data');
/** Beside the target's disk, in an ignored folder. */
const building = path.join(projectRoot, 'out', `data-${process.pid}`);

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
try {
  mkdirSync(building, { recursive: true });
  const files = buildShards(({ name, documents, textBytes, bytes }) =>
    console.error(`${name}: ${documents} documents, ${kilobytes(textBytes)}, packed ${kilobytes(bytes)}`),
  );
  for (const [name, bytes] of files) writeFileSync(path.join(building, name), bytes);
  mkdirSync(path.dirname(target), { recursive: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(building, target);
} finally {
  rmSync(building, { recursive: true, force: true });
}
