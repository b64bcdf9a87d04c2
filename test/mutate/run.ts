/**
 * `npm run mutate -- FOLDER…`: mutants of these folders of src (none named: of all), put to their tests; FOLDER/FILE: of that file alone;
 * `--sample N`: of every Nth stretch of lines. A second run tests what changed. Reports lie below node_modules/.cache/mutation.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from '../../src/cli/node/dependencies.mjs';
import { slowness } from '../../src/cli/node/pace.mjs';
import { projectRoot, runPackage } from '../../src/cli/node/project.mjs';
import { folders } from './folders.mjs';

const { values, positionals } = parseArgs({ options: { sample: { type: 'string' } }, allowPositionals: true });
const every = Number(values.sample ?? 1);
if (!(Number.isInteger(every) && every > 0)) {
  console.error(`--sample is ${values.sample}: give a whole number from 1, every how many stretches are judged.`);
  process.exit(2);
}
const named = positionals.map((name) => name.replace(/^src\/|\/$|\.ts$/g, ''));
const folderOf = (name: string): string => name.split('/')[0]!;
const unknown = named.filter((name) => !Object.hasOwn(folders, folderOf(name)));
if (unknown.length > 0) {
  console.error(`No mutants are made of ${unknown.join(', ')}: give some of ${Object.keys(folders).join(', ')}.`);
  process.exit(2);
}

/** Lines of a stretch: most statements fit; a mutant that reaches beyond it is left out. */
const STRETCH = 20;
/** Every Nth stretch of a folder, its files taken in a row: the same at every run. */
function sampled(folder: string): string[] {
  const files = readdirSync(path.join(projectRoot, 'src', folder), { recursive: true, encoding: 'utf8' });
  const code = files.filter((file) => file.endsWith('.ts')).sort();
  return code
    .flatMap((file) => {
      const lines = readFileSync(path.join(projectRoot, 'src', folder, file), 'utf8').split('\n').length;
      return Array.from({ length: Math.ceil(lines / STRETCH) }, (_, i) => {
        const from = i * STRETCH + 1;
        return `src/${folder}/${file}:${from}-${Math.min(lines, from + STRETCH - 1)}`;
      });
    })
    .filter((_, i) => i % every === 0);
}
const placesOf = (name: string): string[] =>
  name.includes('/') ? [`src/${name}.ts`] : every > 1 ? sampled(name) : [`src/${name}/**/*.ts`];

ensureDependencies();
slowness(); // told to all processes by the environment
const failed = (named.length > 0 ? named : Object.keys(folders)).filter((name) => {
  console.log(`\n— ${name}`);
  const env = { MUTATED: folderOf(name), MUTANTS: placesOf(name).join('\n') };
  return !runPackage('@stryker-mutator/core/bin/stryker.js', ['run', 'test/mutate/stryker.config.mjs'], { env }).ok;
});
process.exit(failed.length > 0 ? 1 : 0);
