/**
 * `npm test`: installs what is missing, then checks everything. `npm test -- test/ops` runs the tests of that folder only.
 * Every step runs even when an earlier one failed, except that nothing can run without its packages and an adapter.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureData } from './node/data.mjs';
import { ensureDependencies } from './node/dependencies.mjs';
import { ensureChromium } from './node/installChromium.mjs';
import { projectRoot, runCommand, runPackage } from './node/project.mjs';

const started = performance.now();
const out = path.join(projectRoot, 'out');
/** @param {string} tier */
const reportOf = (tier) => path.join(out, `tests-${tier}.json`);

function prepare() {
  ensureDependencies();
  console.log(`Chromium: ${ensureChromium()}`);
  const adapter = runCommand(process.execPath, ['src/cli/run.mjs', 'src/cli/adapter.ts'], { seconds: 120 });
  if (!adapter.ok) throw new Error('Without a WebGPU adapter the tests cannot run; the cause is above.');
  ensureData();
}

/** @param {string} tier @returns {import('./node/testReport.mjs').Report} */
function readReport(tier) {
  try {
    return JSON.parse(readFileSync(reportOf(tier), 'utf8'));
  } catch {
    return { passed: 0, failed: 0, left: [], lines: [`no report of the tier "${tier}": Vitest did not come to its end`], died: false };
  }
}

/**
 * Arguments and environment of Vitest for some of its projects. @param {string} tier @param {string[]} projects
 * @param {string[]} [files] or folders; all unless told
 */
function vitest(tier, projects, files = process.argv.slice(2)) {
  rmSync(reportOf(tier), { force: true });
  const chosen = projects.flatMap((name) => ['--project', name]);
  const reporters = ['--reporter=default', '--reporter=./src/cli/node/testReport.mjs'];
  const args = ['run', ...chosen, ...reporters, '--passWithNoTests', ...files];
  return { args, env: { REPORT: reportOf(tier) } };
}

/**
 * The tests in Node. All files with a GPU share a process, and Dawn's add-on has been seen to take that along with it, at random and
 * rarely (LOG.md): the files that it did not come to are then run in another one, once, and it is told.
 */
function runNodeTests() {
  const first = vitest('node', ['node', 'gpu']);
  const result = runPackage('vitest/vitest.mjs', first.args, { env: first.env });
  const report = readReport('node');
  if (!report.died || report.left.length === 0) return result;
  console.log(`\nA process of the tests died:\n${report.lines.join('\n')}\nWhat it did not come to is run again, once.`);
  const second = vitest('again', ['node', 'gpu'], report.left);
  return runPackage('vitest/vitest.mjs', second.args, { env: second.env });
}

/**
 * The browser's tests, beside the others: they wait for a page most of their time, and so do the others for a device. Their
 * log comes when they are done. @returns {() => Promise<{ ok: boolean, why: string }>}
 */
function beginBrowserTests() {
  const log = path.join(out, 'browser.log');
  const file = openSync(log, 'w');
  const script = path.join(projectRoot, 'node_modules/vitest/vitest.mjs');
  const { args, env } = vitest('browser', ['browser']);
  const child = spawn(process.execPath, [script, ...args], { cwd: projectRoot, stdio: ['ignore', file, file], env: { ...process.env, ...env } });
  const ended = once(child, 'exit');
  closeSync(file);
  return async () => {
    const [code, signal] = await ended;
    process.stdout.write(readFileSync(log));
    return { ok: code === 0, why: signal ? `ended by ${signal}` : `exit code ${code}` };
  };
}

try {
  prepare();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

mkdirSync(out, { recursive: true });
rmSync(reportOf('again'), { force: true });
const browserTests = beginBrowserTests();
const steps = /** @type {const} */ ([
  ['types', () => runPackage('typescript/bin/tsc', ['-b'])],
  ['lint', () => runPackage('oxlint/bin/oxlint', ['--deny-warnings'])],
  ['tests', runNodeTests],
  ['tests in a browser', browserTests],
]);
/** @type {string[]} */
const failures = [];
for (const [name, run] of steps) {
  console.log(`\n— ${name}`);
  const { ok, why } = await run();
  if (!ok) failures.push(`${name}: ${why}`);
}

const reports = ['node', 'again', 'browser'].filter((tier) => tier !== 'again' || existsSync(reportOf(tier))).map(readReport);
const passed = reports.reduce((sum, report) => sum + report.passed, 0);
const failed = reports.reduce((sum, report) => sum + report.failed, 0);
const seconds = Math.round((performance.now() - started) / 1000);
if (failures.length > 0) console.log(['', `Failed: ${failures.join('; ')}.`, ...reports.flatMap((report) => report.lines)].join('\n'));
console.log(`\n${failures.length === 0 ? 'All is well' : 'Not well'} after ${seconds} s.`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failures.length === 0 && passed > 0 ? 0 : 1);
