/**
 * CPU seconds of this process and everything it started: on a software adapter they are the work itself, and steadier than wall time.
 * Read from /proc; other systems do not say, and there the answer for a tree is null.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** What Linux counts CPU time in, for every architecture that Node runs on (USER_HZ). */
const ticksPerSecond = 100;

interface Entry {
  pid: number;
  parent: number;
  ticks: number;
}

function entries(): Entry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // After the name, which may contain anything but ends with the last bracket: state, parent, …, utime (14), stime (15).
        const fields = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ').at(-1)!.split(' ');
        return [{ pid: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
      } catch {
        return []; // ended meanwhile
      }
    });
}

export function cpuSecondsOfTree(root = process.pid): number | null {
  if (process.platform !== 'linux') return null;
  const all = entries();
  const tree = new Set([root]);
  // Children come after parents only mostly: repeat until nothing is added.
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  return all.reduce((sum, { pid, ticks }) => sum + (tree.has(pid) ? ticks : 0), 0) / ticksPerSecond;
}

/** This process alone, all threads: known on every system. */
export function cpuSecondsOfProcess(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
