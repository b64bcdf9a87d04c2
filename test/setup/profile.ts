/**
 * For `npm test -- --profile`: the user CPU that a test file cost, its children's included, left in its report as seconds. Browsers
 * and commands are found below this process in /proc, four times a second, for a child that was killed leaves no account with its
 * parent. Where there is no /proc only this process counts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll } from 'vitest';

declare module '@vitest/runner' {
  interface TaskMeta {
    /** User CPU of a file, seconds. */
    userSeconds?: number;
  }
}

/** Between two looks at the children: one that lives for less is not seen. */
const EVERY_MS = 250;
/** Clock ticks a second in /proc, the same on every Linux that Node runs on. */
const TICKS = 100;

/** What earlier files of the same process cost, seconds. */
const told = globalThis as { toldUserSeconds?: number };
/** User ticks of the children that this process has waited for, theirs included: a command that is run while it waits is seen no other way. */
const reaped = (): number => Number(readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)!.split(' ')[13]);
/** User ticks of each descendant so far, by process id and start. */
const ticks = new Map<string, number>();
const family = new Set([process.pid]);

function look(): void {
  const names = readdirSync('/proc');
  // The number of a process that ended is given again, to somebody else's.
  for (const pid of family) if (!names.includes(String(pid))) family.delete(pid);
  for (const name of names) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      // After the command's name in brackets, from field 3 on (proc(5)): parent 4, user ticks 14, start 22.
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      const pid = Number(name);
      // A child whose parent was killed belongs to us still.
      if (!family.has(pid) && !family.has(Number(fields[1]))) continue;
      family.add(pid);
      ticks.set(`${pid} ${fields[19]}`, Number(fields[11]));
    } catch {
      // It ended meanwhile.
    }
  }
}

const counted = existsSync('/proc/self/stat');
const reapedBefore = counted ? reaped() : 0;
if (counted) look();
/** Of a browser that files of this process share. */
const ticksBefore = new Map(ticks);
const looking = counted ? setInterval(look, EVERY_MS).unref() : undefined;

// Registered before the file's own, so it runs after them, when the browsers are closed.
// oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads the pattern for the fixtures that are wanted: none
afterAll(({}, suite) => {
  clearInterval(looking);
  if (counted) look();
  const own = process.cpuUsage().user / 1e6;
  const seen = [...ticks].reduce((sum, [id, one]) => sum + one - (ticksBefore.get(id) ?? 0), 0);
  const children = Math.max(seen, counted ? reaped() - reapedBefore : 0) / TICKS;
  suite.file.meta.userSeconds = own - (told.toldUserSeconds ?? 0) + children;
  told.toldUserSeconds = own;
});
