/**
 * What Vitest leaves for `npm test`: how many tests passed and failed, a line for each that did not pass, the files that came to
 * their end, what each file cost, and whether a process of the tests died. Written as JSON to the file that REPORT names.
 */
import { writeFileSync } from 'node:fs';

/**
 * @typedef {object} Report
 * @property {number} passed In files that ended; those of a file that a process died in are not counted, for it is run again.
 * @property {number} failed
 * @property {string[]} left Files that did not come to their end, by path.
 * @property {string[]} lines What did not pass, and why, one line each.
 * @property {import('./profile.mjs').Cost[]} costs Where they were asked for (test/setup/profile.ts).
 * @property {boolean} died Whether a process died, and nothing else was out of order.
 */

/** How Vitest words the end of a process that it did not end. */
const death = /Worker exited unexpectedly/;

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
    const report = { passed: 0, failed: 0, left: [], lines: [], costs: [], died: false };
    for (const module of modules) {
      const file = module.relativeModuleId;
      const { userSeconds } = module.meta();
      if (userSeconds !== undefined) report.costs.push({ file, tier: module.project.name, seconds: userSeconds });
      let ended = module.errors().length === 0;
      let passed = 0;
      for (const error of module.errors()) report.lines.push(`${file}: ${said(error)}`);
      for (const test of module.children.allTests()) {
        const { state, errors = [] } = test.result();
        if (state === 'passed') passed++;
        if (state === 'failed') report.failed++;
        if (state === 'pending') ended = false;
        if (state !== 'passed') report.lines.push(`${file} > ${test.fullName}: ${errors[0] ? said(errors[0]) : state}`);
      }
      if (!ended) continue;
      this.#left.delete(module.moduleId);
      report.passed += passed;
    }
    const wrong =
      report.lines.some((line) => !line.endsWith(': pending')) || unhandled.some((error) => !death.test(said(error)));
    report.died = unhandled.length > 0 && !wrong;
    report.lines.push(...unhandled.map(said));
    report.left = [...this.#left];
    const { REPORT } = process.env;
    if (!REPORT) throw new Error('REPORT has to name the file that the report goes to.');
    writeFileSync(REPORT, JSON.stringify(report));
  }
}
