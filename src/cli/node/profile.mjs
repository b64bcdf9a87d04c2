/** What `npm test -- --profile` prints: the user CPU of every test file, its browsers and commands included, and of every tier. */
import { existsSync } from 'node:fs';

/** @typedef {{ file: string, tier: string, seconds: number }} Cost */

/** @param {readonly Cost[]} costs @returns {string} */
export function profileOf(costs) {
  /** @param {number} seconds */
  const shown = (seconds) => seconds.toFixed(1).padStart(8);
  const total = costs.reduce((sum, { seconds }) => sum + seconds, 0);
  const lines = ['User CPU by file, s:'];
  for (const { file, tier, seconds } of costs.toSorted((a, b) => b.seconds - a.seconds))
    lines.push(`${shown(seconds)}  ${tier}  ${file}`);
  lines.push('By tier, s:');
  for (const tier of new Set(costs.map((cost) => cost.tier))) {
    const files = costs.filter((cost) => cost.tier === tier);
    const sum = files.reduce((all, { seconds }) => all + seconds, 0);
    lines.push(`${shown(sum)}  ${tier}, ${files.length} files, ${Math.round((100 * sum) / total)} %`);
  }
  lines.push(`${shown(total)}  all`);
  if (!existsSync('/proc/self/stat'))
    lines.push('There is no /proc here: browsers and commands that tests start are not counted.');
  return lines.join('\n');
}
