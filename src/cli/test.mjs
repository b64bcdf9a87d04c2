/**
 * `npm test`: installs what is missing, then checks everything. `npm test -- test/ops` runs the tests of that folder only.
 * Every step runs even when an earlier one failed, except that nothing can run without its packages and an adapter.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
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

/**
 * What Vitest's own report says: numbers of tests, and a line for each test or file that failed or was begun and never ended, which
 * is all that is left of a process that died. @param {string} tier @returns {{ passed: number, failed: number, lines: string[] }}
 */
function readReport(tier) {
  let report;
  try {
    report = JSON.parse(readFileSync(reportOf(tier), 'utf8'));
  } catch {
    return { passed: 0, failed: 0, lines: [`no report of the tier "${tier}": Vitest did not come to its end`] };
  }
  /** @param {string} [message] */
  const firstLine = (message = '') => message.split('\n', 1)[0];
  /** @type {string[]} */
  const lines = [];
  for (const { name, message, assertionResults } of report.testResults) {
    const file = path.relative(projectRoot, name);
    if (message) lines.push(`${file}: ${firstLine(message)}`);
    for (const { fullName, status, failureMessages } of assertionResults) {
      if (status === 'failed') lines.push(`${file} > ${fullName}: ${firstLine(failureMessages[0])}`);
      if (status === 'pending') lines.push(`${file} > ${fullName}: never ended; did its process die, and the files after it with it?`);
    }
  }
  return { passed: report.numPassedTests, failed: report.numFailedTests, lines };
}

/** Arguments of Vitest for some of its projects. @param {string} tier @param {string[]} projects */
function vitest(tier, projects) {
  rmSync(reportOf(tier), { force: true });
  const chosen = projects.flatMap((name) => ['--project', name]);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportOf(tier)}`];
  return ['run', ...chosen, ...reporters, '--passWithNoTests', ...process.argv.slice(2)];
}

/**
 * The browser's tests, beside the others: they wait for a page most of their time, and so do the others for a device. Their
 * log comes when they are done. @returns {() => Promise<{ ok: boolean, why: string }>}
 */
function beginBrowserTests() {
  const log = path.join(out, 'browser.log');
  const file = openSync(log, 'w');
  const script = path.join(projectRoot, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [script, ...vitest('browser', ['browser'])], { cwd: projectRoot, stdio: ['ignore', file, file] });
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
const browserTests = beginBrowserTests();
const steps = /** @type {const} */ ([
  ['types', () => runPackage('typescript/bin/tsc', ['-b'])],
  ['lint', () => runPackage('oxlint/bin/oxlint', ['--deny-warnings'])],
  ['tests', () => runPackage('vitest/vitest.mjs', vitest('node', ['node', 'gpu']))],
  ['tests in a browser', browserTests],
]);
/** @type {string[]} */
const failures = [];
for (const [name, run] of steps) {
  console.log(`\n— ${name}`);
  const { ok, why } = await run();
  if (!ok) failures.push(`${name}: ${why}`);
}

const reports = ['node', 'browser'].map(readReport);
const passed = reports.reduce((sum, report) => sum + report.passed, 0);
const failed = reports.reduce((sum, report) => sum + report.failed, 0);
const seconds = Math.round((performance.now() - started) / 1000);
if (failures.length > 0) console.log(['', `Failed: ${failures.join('; ')}.`, ...reports.flatMap((report) => report.lines)].join('\n'));
console.log(`\n${failures.length === 0 ? 'All is well' : 'Not well'} after ${seconds} s.`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failures.length === 0 && passed > 0 ? 0 : 1);
