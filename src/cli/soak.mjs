/**
 * `npm run soak`: the tests that find more the longer they run, at length. `npm run soak -- 100` is a fifth of it:
 * the number is that of kills during saves, to which the rest is in proportion.
 */
import { runPackage } from './node/project.mjs';

const kills = Number(process.argv[2] ?? 500);
if (!Number.isInteger(kills) || kills < 1) {
  console.error(`The number of kills must be a positive integer, not "${process.argv[2]}".`);
  process.exit(2);
}
const tests = ['test/storage', 'test/browser/storageKills.test.ts'];
const env = { KILLS: String(kills), POWER_CUTS: String(kills * 20), SEED: String(kills) };
const { ok, why } = runPackage('vitest/vitest.mjs', ['run', '--project', 'node', '--project', 'browser', ...tests], { env });
if (!ok) console.error(`The soak failed: ${why}.`);
process.exit(ok ? 0 : 1);
