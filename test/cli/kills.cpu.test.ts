/**
 * Terminal runs killed at any moment, in the middle of a save too, and gone on with until they end: the bytes of the run that nobody
 * disturbed, and no step lost that its folder had told of. `npm run soak -- resumes 200` kills more often.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { RandomStream } from '../../src/util/random.ts';
import { processor } from '../cpu/processor.ts';
import { patience } from '../patience.ts';
import { runCommand } from './host.ts';

/** One is enough to see that it works at all; a life costs some eight seconds, of which most are the compiler's. */
const kills = Number(process.env.KILLS ?? 1);
/** Lives of a run that are ended by force. */
const mostKillsOfOne = 2;
const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'rekindle-kills-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]): string => path.join(folder, ...names);
writeFileSync(at('text.txt'), Array.from({ length: 200 }, (_, i) => `After ${i} comes ${i + 1}.\n\f`).join(''));

const sets = [
  ...[
    'model.hidden_size=16',
    'model.num_hidden_layers=1',
    'model.num_attention_heads=2',
    'model.num_key_value_heads=1',
    'model.head_dim=8',
  ],
  ...[
    'batch.length=16',
    'batch.sequences=2',
    'base.steps=20',
    'base.schedule.warmupSteps=2',
    'continued.steps=10',
    'evaluation.everySteps=7',
    'evaluation.rows=1',
  ],
].flatMap((one) => ['--set', one]);
const begin = (out: string): string[] => [
  '--preset',
  'smoke',
  '--data',
  `notes=${at('text.txt')}`,
  ...sets,
  '--save-every',
  '0',
  '--out',
  out,
];

/** When to kill: at the n-th line that is said, or the n-th thing that happens in the folder of saves. */
interface Moment {
  of: 'lines' | 'saves';
  n: number;
}

/** One life of a run: its exit status, or null where it was killed. One that is not to be killed needs no process of its own. */
async function live(
  args: string[],
  out: string,
  moment: Moment | null,
): Promise<{ status: number | null; said: string }> {
  if (!moment) {
    const ran = await runCommand(args, processor);
    return { status: ran.status, said: [...ran.said, ran.problem?.message ?? ''].join('\n') };
  }
  const child = spawn(process.execPath, ['src/cli/run.mjs', 'src/cli/recipe.ts', ...args, '--device', 'cpu'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  let lines = 0;
  let events = 0;
  const watched: ReturnType<typeof watch>[] = [];
  const count = (kind: Moment['of'], seen: number): void =>
    void (moment.of === kind && seen >= moment.n && child.kill('SIGKILL'));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    lines += text.split('\n').length - 1;
    count('lines', lines);
    if (moment.of === 'saves' && watched.length === 0 && existsSync(path.join(out, 'saves'))) {
      watched.push(watch(path.join(out, 'saves'), () => count('saves', ++events)));
    }
  });
  const [status] = await once(child, 'exit');
  for (const one of watched) one.close();
  return { status: status as number | null, said };
}

/** What a finished run says and is, the clock aside. */
function contentOf(out: string): Record<string, string> {
  const files = [
    'config.json',
    'evaluations.json',
    'inspections.jsonl',
    ...readdirSync(path.join(out, 'model')).map((name) => `model/${name}`),
  ];
  const read = (name: string): string => readFileSync(path.join(out, name)).toString('latin1');
  const metrics = read('metrics.jsonl').replaceAll(/"tokensPerSecond":[^,]*,/g, '');
  return { ...Object.fromEntries(files.map((name) => [name, read(name)])), metrics };
}

/** The step that the folder says it is saved at. */
function told(out: string): number {
  const notice = path.join(out, 'unfinished.txt');
  return existsSync(notice) ? Number(/saved at step (\d+)/.exec(readFileSync(notice, 'utf8'))?.[1] ?? 0) : 0;
}

it(
  `ends in the same bytes after ${kills} kills`,
  async () => {
    expect((await runCommand(begin(at('whole')), processor)).problem).toBeNull();
    const whole = contentOf(at('whole'));
    const random = new RandomStream(Number(process.env.SEED ?? 1), 'kills');
    const seen = { killed: 0, resumed: 0, anew: 0 };
    for (let run = 0; seen.killed < kills; run++) {
      const out = at(`run-${run}`);
      const label = (): string => `run ${run}, ${JSON.stringify(seen)}`;
      for (let life = 0; ; life++) {
        const isLast = life === mostKillsOfOne || seen.killed === kills;
        const moment: Moment =
          random.integer(4) === 0
            ? { of: 'lines', n: 1 + random.integer(8) }
            : { of: 'saves', n: 1 + random.integer(200) };
        const acknowledged = told(out);
        const goesOn = existsSync(path.join(out, 'unfinished.txt'));
        const { status, said } = await live(
          goesOn ? ['--resume', out, '--save-every', '0'] : begin(out),
          out,
          isLast ? null : moment,
        );
        if (/was interrupted before its first save/.test(said)) {
          expect(acknowledged, label()).toBe(0);
          rmSync(out, { recursive: true });
          seen.anew++;
          continue;
        }
        if (goesOn) {
          seen.resumed++;
          const from = /continues at step (\d+)/.exec(said);
          if (from) expect(Number(from[1]), label()).toBeGreaterThanOrEqual(acknowledged);
        }
        if (status === 0) break;
        expect(status, `${label()}: ${said}`).toBeNull();
        seen.killed++;
        if (existsSync(path.join(out, 'unfinished.txt'))) continue;
        if (existsSync(path.join(out, 'summary.json'))) break; // on its way out
        rmSync(out, { recursive: true, force: true }); // before it had said anything
      }
      expect(contentOf(out), label()).toEqual(whole);
      rmSync(out, { recursive: true });
    }
    if (kills > mostKillsOfOne) console.log(`kills: ${JSON.stringify(seen)}`);
  },
  2 * patience * (1 + kills),
);
