/**
 * `npm run mutate -- FOLDER…`: mutants of these folders of src (none named: of all), put to their tests; FOLDER/FILE: of that file alone.
 * A second run tests what changed. Reports lie below node_modules/.cache/mutation.
 */
import { ensureDependencies } from '../../src/cli/node/dependencies.mjs';
import { slowness } from '../../src/cli/node/pace.mjs';
import { runPackage } from '../../src/cli/node/project.mjs';
import { folders } from './folders.mjs';

const named = process.argv.slice(2).map((name) => name.replace(/^src\/|\/$|\.ts$/g, ''));
const folderOf = (name: string): string => name.split('/')[0]!;
const unknown = named.filter((name) => !Object.hasOwn(folders, folderOf(name)));
if (unknown.length > 0) {
  console.error(`No mutants are made of ${unknown.join(', ')}: give some of ${Object.keys(folders).join(', ')}.`);
  process.exit(2);
}
ensureDependencies();
slowness(); // told to all processes by the environment
const failed = (named.length > 0 ? named : Object.keys(folders)).filter((name) => {
  console.log(`\n— ${name}`);
  const env = { MUTATED: folderOf(name), MUTANTS: `src/${name}${name.includes('/') ? '' : '/**/*'}.ts` };
  return !runPackage('@stryker-mutator/core/bin/stryker.js', ['run', 'test/mutate/stryker.config.mjs'], { env }).ok;
});
process.exit(failed.length > 0 ? 1 : 0);
