/**
 * What Vitest leaves for `npm test`: how many tests passed and failed, a line for each that did not pass and for each file that did not
 * come to its end, and what each file cost. Written as JSON to the file that REPORT names.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './project.mjs';

/**
 * @typedef {object} Report
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} lines What did not pass, and why, one line each.
 * @property {import('./profile.mjs').Cost[]} costs Where they were asked for (test/setup/profile.ts).
 */

/** @param {{ message: string, cause?: unknown }} error @returns {string} The error's first line, and its cause's. */
function said({ message, cause }) {
  const own = message.split('\n', 1)[0];
  return cause ? `${own} ${said(/** @type {{ message: string }} */ (cause))}` : own;
}

export default class TestReport {
  /** Paths of the files that are to be run. */
  #left = new Set(/** @type {string[]} */ ([]));

  /** @param {readonly import('vitest/node').TestSpecification[]} specifications */
  onTestRunStart(specifications) {
    this.#left = new Set(specifications.map(({ moduleId }) => moduleId));
  }

  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly { message: string, cause?: unknown }[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    /** @type {Report} */
    const report = { passed: 0, failed: 0, lines: [], costs: [] };
    for (const module of modules) {
      const file = module.relativeModuleId;
      const { userSeconds } = module.meta();
      if (userSeconds !== undefined) report.costs.push({ file, tier: module.project.name, seconds: userSeconds });
      let ended = module.errors().length === 0;
      for (const error of module.errors()) report.lines.push(`${file}: ${said(error)}`);
      for (const test of module.children.allTests()) {
        const { state, errors = [] } = test.result();
        if (state === 'passed') report.passed++;
        if (state === 'failed') report.failed++;
        if (state === 'pending') ended = false;
        if (state !== 'passed') report.lines.push(`${file} > ${test.fullName}: ${errors[0] ? said(errors[0]) : state}`);
      }
      if (ended) this.#left.delete(module.moduleId);
    }
    report.lines.push(...unhandled.map(said));
    for (const file of this.#left) report.lines.push(`${path.relative(projectRoot, file)}: did not come to its end`);
    const { REPORT } = process.env;
    if (!REPORT) throw new Error('REPORT has to name the file that the report goes to.');
    writeFileSync(REPORT, JSON.stringify(report));
  }
}
