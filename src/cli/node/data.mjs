import { existsSync } from 'node:fs';
import path from 'node:path';
import { projectRoot, runCommand } from './project.mjs';
import { setupWords } from '../words/setup.mjs';

/** The data shards' build, and the catalogue that it writes last. */
const builder = 'src/cli/buildData.ts';
const catalogue = 'public/data/manifest.json';

/** Derives the data shards from their npm packages when they are missing. Throws a sentence when that fails. */
export function ensureData() {
  if (existsSync(path.join(projectRoot, catalogue))) return;
  console.error(setupWords.buildingData);
  const result = runCommand(process.execPath, ['src/cli/run.mjs', builder]);
  if (!result.ok) throw new Error(setupWords.noData(result.why, builder));
}
