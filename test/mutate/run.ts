/**
 * `npm run mutate -- FOLDER…`: mutants of these folders of src (none named: of all), put to their tests. A second run tests what changed.
 * Reports lie below node_modules/.cache/mutation.
 */
import { ensureDependencies } from '../../src/cli/node/dependencies.mjs';
import { slowness } from '../../src/cli/node/pace.mjs';
import { runPackage } from '../../src/cli/node/project.mjs';
import { folders } from './folders.mjs';

const named = process.argv.slice(2).map((name) => name.replace(/^src\/|\/$/g, ''));
const unknown = named.filter((name) => !(name in folders));
if (unknown.length > 0) {
  console.error(`No mutants are made of ${unknown.join(', ')}: give some of ${Object.keys(folders).join(', ')}.`);
  process.exit(2);
}
ensureDependencies();
slowness(); // told to all processes by the environment
const failed = (named.length > 0 ? named : Object.keys(folders)).filter((folder) => {
  console.log(`\n— ${folder}`);
  const env = { MUTATED: folder };
  return !runPackage('@stryker-mutator/core/bin/stryker.js', ['run', 'test/mutate/stryker.config.mjs'], { env }).ok;
});
process.exit(failed.length > 0 ? 1 : 0);
