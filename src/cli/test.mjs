/**
 * `npm test`: installs what is missing, then checks everything. `npm test -- test/ops` runs the tests of that folder only,
 * `-- --only types,node` those parts, `-- --quick` what an edit most likely breaks; `--profile` tells where the processor's time goes.
 * Every part runs even when an earlier one failed, except that nothing can run without its packages and an adapter.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureData } from './node/data.mjs';
import { ensureDependencies } from './node/dependencies.mjs';
import { ensureChromium } from './node/installChromium.mjs';
import { slowness } from './node/pace.mjs';
import { profileOf } from './node/profile.mjs';
import { projectRoot, runCommand, runPackage } from './node/project.mjs';

const started = performance.now();

const partNames = ['types', 'lint', 'format', 'node', 'cpu', 'gpu', 'browser'];
/** Without what trains. */
const quick = partNames.filter((name) => name !== 'cpu' && name !== 'gpu');
/** A visit from the first look to the last, on a played run: the one walk of the quick check. */
const walk = 'test/browser/keyboard.test.ts';
/**
 * What an edit seldom breaks, and takes a quarter of the processor's time in Node: two builds of the page, all shipped text, random bytes,
 * curations begun and ended at every stage.
 */
const seldom = ['test/supply.test.ts', 'test/data/shards.test.ts', 'test/fuzz/fuzz.test.ts', 'test/cli/curate.test.ts'];

const { values: flags, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    ...{ profile: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string' } },
    help: { type: 'boolean', short: 'h' },
  },
});
if (flags.help) {
  console.log(`npm test -- [options] [files or folders]   checks everything, or what is named

  --quick        what an edit most likely breaks
  --only PARTS   some of ${partNames.join(', ')}, separated by commas
  --profile      tells where the processor's time goes

Example: npm test -- --only types,node test/recipe`);
  process.exit(0);
}
const parts = flags.only?.split(',') ?? (flags.quick ? quick : partNames);
const unknown = parts.filter((name) => !partNames.includes(name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}: give some of ${partNames.join(', ')}, separated by commas.`);
  process.exit(2);
}
/** Projects of Vitest (vite.config.ts) that run in Node. */
const tiers = ['node', 'cpu', 'gpu'].filter((name) => parts.includes(name));
if (parts.includes('node')) tiers.push('page');
/** @type {string[]} What this run leaves out, as it is told. */
const inPart = [];
if (flags.only || flags.quick)
  inPart.push(
    `the parts ${parts.join(', ')}${flags.quick && files.length === 0 ? `, of the browser's tests ${walk} alone, without ${seldom.join(', ')}` : ''}`,
  );
if (files.length > 0) inPart.push(`the tests in ${files.join(', ')}`);
console.log(
  `Time-outs: ${slowness()} times those of the usual machine.${inPart.map((what) => ` In part: ${what}.`).join('')}`,
);

const out = path.join(projectRoot, 'out');
/** @param {string} tier */
const reportOf = (tier) => path.join(out, `tests-${tier}.json`);

function prepare() {
  ensureDependencies();
  console.log(`Chromium: ${ensureChromium()}`);
  // A played run needs no graphics processor.
  if (!parts.includes('gpu') && (flags.quick || !parts.includes('browser'))) return ensureData();
  const adapter = runCommand(process.execPath, ['src/cli/run.mjs', 'src/cli/adapter.ts'], { seconds: 120 });
  if (!adapter.ok) throw new Error('Without a WebGPU adapter the tests cannot run; the cause is above.');
  ensureData();
}

/** @param {string} tier @returns {import('./node/testReport.mjs').Report} */
function readReport(tier) {
  try {
    return JSON.parse(readFileSync(reportOf(tier), 'utf8'));
  } catch {
    return {
      passed: 0,
      failed: 0,
      costs: [],
      lines: [`no report of the tier "${tier}": Vitest did not come to its end`],
    };
  }
}

/**
 * Arguments and environment of Vitest for some of its projects. @param {string} tier @param {readonly string[]} projects
 * @param {readonly string[]} chosenFiles or folders; none: all
 */
function vitest(tier, projects, chosenFiles) {
  rmSync(reportOf(tier), { force: true });
  const chosen = projects.flatMap((name) => ['--project', name]);
  const reporters = ['--reporter=default', '--reporter=./src/cli/node/testReport.mjs'];
  const args = ['run', ...chosen, ...reporters, '--passWithNoTests', ...chosenFiles];
  const env = {
    REPORT: reportOf(tier),
    ...(flags.profile && { PROFILE: '1' }),
    // The walk opens the page alone, not the one file that is built beside it.
    ...(flags.quick && files.length === 0 && { ONE_FILE: 'no', WITHOUT: seldom.join(' ') }),
  };
  return { args, env };
}

function runNodeTests() {
  const { args, env } = vitest('node', tiers, files);
  return runPackage('vitest/vitest.mjs', args, { env });
}

/**
 * The browser's tests, beside the others: they wait for a page most of their time, and so do the others for a device. Their
 * log comes when they are done. @returns {() => Promise<{ ok: boolean, why: string }>}
 */
function beginBrowserTests() {
  const log = path.join(out, 'browser.log');
  const file = openSync(log, 'w');
  const script = path.join(projectRoot, 'node_modules/vitest/vitest.mjs');
  const { args, env } = vitest('browser', ['browser'], flags.quick && files.length === 0 ? [walk] : files);
  const child = spawn(process.execPath, [script, ...args], {
    cwd: projectRoot,
    stdio: ['ignore', file, file],
    env: { ...process.env, ...env },
  });
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
const browserTests = parts.includes('browser') ? beginBrowserTests() : null;
/** @type {[name: string, wanted: boolean, run: () => { ok: boolean, why: string } | Promise<{ ok: boolean, why: string }>][]} */
const steps = [
  ['types', parts.includes('types'), () => runPackage('typescript/bin/tsc', ['-b'])],
  ['lint', parts.includes('lint'), () => runPackage('oxlint/bin/oxlint', ['--deny-warnings'])],
  ['format', parts.includes('format'), () => runPackage('oxfmt/bin/oxfmt', ['--check', '.'])],
  ['tests', tiers.length > 0, runNodeTests],
];
if (browserTests) steps.push(['tests in a browser', true, browserTests]);
/** @type {string[]} */
const failures = [];
for (const [name, wanted, run] of steps) {
  if (!wanted) continue;
  console.log(`\n— ${name}`);
  const { ok, why } = await run();
  if (!ok) failures.push(`${name}: ${why}`);
}

const ran = [...(tiers.length > 0 ? ['node'] : []), ...(browserTests ? ['browser'] : [])];
const reports = ran.map(readReport);
const passed = reports.reduce((sum, report) => sum + report.passed, 0);
const failed = reports.reduce((sum, report) => sum + report.failed, 0);
const seconds = Math.round((performance.now() - started) / 1000);
if (failures.length > 0)
  console.log(['', `Failed: ${failures.join('; ')}.`, ...reports.flatMap((report) => report.lines)].join('\n'));
if (flags.profile) console.log(`\n${profileOf(reports.flatMap(({ costs }) => costs))}`);
console.log(
  `\n${failures.length === 0 ? 'All is well' : 'Not well'} after ${seconds} s.${inPart.map((what) => ` In part: ${what}; npm test runs all.`).join('')}`,
);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failures.length === 0 && (passed > 0 || ran.length === 0) ? 0 : 1);
