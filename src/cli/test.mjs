/**
 * `npm test`: installs what is missing, then checks everything. `npm test -- test/ops` runs the tests of that folder only.
 * Every step runs even when an earlier one failed, except that nothing can run without its packages and an adapter.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureData } from './node/data.mjs';
import { ensureDependencies } from './node/dependencies.mjs';
import { ensureChromium } from './node/installChromium.mjs';
import { projectRoot, runCommand, runPackage } from './node/project.mjs';

const started = performance.now();
const counts = path.join(projectRoot, 'out/tests.json');

function prepare() {
  ensureDependencies();
  console.log(`Chromium: ${ensureChromium()}`);
  const adapter = runCommand(process.execPath, ['src/cli/run.mjs', 'src/cli/adapter.ts'], { seconds: 120 });
  if (!adapter.ok) throw new Error('Without a WebGPU adapter the tests cannot run; the cause is above.');
  ensureData();
}

/** Numbers of tests that passed and failed, from Vitest's own report. @returns {{ passed: number, failed: number }} */
function readCounts() {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(counts, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

try {
  prepare();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

mkdirSync(path.dirname(counts), { recursive: true });
rmSync(counts, { force: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${counts}`];
const steps = /** @type {const} */ ([
  ['types', () => runPackage('typescript/bin/tsc', ['-b'])],
  ['lint', () => runPackage('oxlint/bin/oxlint', ['--deny-warnings'])],
  ['tests', () => runPackage('vitest/vitest.mjs', ['run', ...reporters, ...process.argv.slice(2)])],
]);
const failures = steps.flatMap(([name, run]) => {
  console.log(`\n— ${name}`);
  const { ok, why } = run();
  return ok ? [] : [`${name}: ${why}`];
});

const { passed, failed } = readCounts();
const seconds = Math.round((performance.now() - started) / 1000);
if (failures.length > 0) console.log(`\nFailed: ${failures.join('; ')}.`);
console.log(`\n${failures.length === 0 ? 'All is well' : 'Not well'} after ${seconds} s.`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failures.length === 0 && passed > 0 ? 0 : 1);
