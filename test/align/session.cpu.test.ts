/** The page's alignment without the page: the shipped base, a stage that is stopped and goes on, a chat, and what the next visit finds. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { AlignEvent, AlignSettings } from '../../src/recipe/alignApi.ts';
import { alignmentPlan } from '../../src/kits/alignment/plan.ts';
import type { OpenKept } from '../../src/train/align/kept.ts';
import { AlignSession } from '../../src/train/align/session.ts';
import { MemoryFiles } from '../../src/storage/files.ts';
import { processor } from '../cpu/processor.ts';

const bases = path.resolve(import.meta.dirname, '../../public/bases');
const settings: AlignSettings = { judge: 'truth', beta: 0.3, eta: 1 };

const sessionOn = (kept: Awaited<ReturnType<OpenKept>>): AlignSession =>
  new AlignSession(
    () => processor,
    async (name) => new Uint8Array(await readFile(path.join(bases, name))),
    async () => kept,
  );
/** What a tab that ends here leaves behind. */
function copyOf({ contents }: MemoryFiles): MemoryFiles {
  const copy = new MemoryFiles();
  for (const [name, bytes] of contents) copy.contents.set(name, bytes.slice());
  return copy;
}
const rowsIn = (seen: readonly AlignEvent[]): number[] =>
  seen.flatMap((one) => (one.kind === 'rows' ? one.rows.map(({ step }) => step!) : []));

it('goes on with a stopped stage at its next step, answers with a verdict, and is found again by the next visit', async () => {
  const files = new MemoryFiles();
  const session = sessionOn({ files });
  await expect(session.prompt(1)).rejects.toThrow('There is no base yet');
  expect(await session.reopen('cpu', () => {})).toBeNull();
  const opened = await session.open({ kind: 'shipped' }, 'shipped', 'cpu', () => {});
  expect(opened).toMatchObject({ seed: 2, machine: 'cpu' });
  // A base knows its world, and follows few instructions.
  expect(opened!.scores.know!).toBeGreaterThan(0.5);

  const seen: AlignEvent[] = [];
  const steps = (): number[] => rowsIn(seen);
  const stopEarly = (event: AlignEvent): void => {
    seen.push(event);
    if (event.kind === 'rows') void session.stop();
  };
  await expect(session.run('dpo', settings, () => {})).rejects.toThrow('There is no checkpoint sft yet');
  expect(await session.run('code', settings, stopEarly)).toBe(false);
  const first = steps().length;
  expect(first).toBeGreaterThan(0);
  const closed = copyOf(files);
  expect(await session.run('code', settings, (event) => seen.push(event))).toBe(true);
  expect(steps()).toEqual(Array.from({ length: steps().length }, (_, i) => i));
  expect(steps().length).toBeGreaterThan(first);
  expect(seen.at(-1)!.kind).toBe('scores');

  const said: string[] = [];
  const prompt = 'run rev ( 3 1 4 ) .';
  const answer = await session.answer('code', prompt, { temperature: 0, seed: 0 }, (text) => said.push(text));
  expect(answer.verdict!.gold).toBe('4 1 3');
  expect(answer.text.startsWith(said[0]!.trim())).toBe(true);
  const other = await session.answer('base', '<extra_id_1> <img src=x>', { temperature: 0, seed: 0 }, () => {});
  expect(other.verdict).toBeNull();
  const stopped = session.answer('base', prompt, { temperature: 0, seed: 0 }, () => {});
  await session.stopAnswers();
  expect((await stopped).ended).toBe(false);

  // What is saved says what it has been through, as a kit wants it.
  const folder = new Map((await session.folder('code')).map(({ name, bytes }) => [name, bytes]));
  expect(folder.has('chat_template.jinja')).toBe(true);
  const record: unknown = JSON.parse(new TextDecoder().decode(folder.get('rekindle.json')));
  expect(alignmentPlan(record)).toMatchObject([{ stage: 'sft', rate: 1e-3, epochs: 1 }]);

  // A tab that was closed in the middle of the stage comes to the same bytes.
  const later = sessionOn({ files: closed });
  const half = await later.reopen('cpu', () => {});
  expect(half!.base).toEqual(opened);
  expect(half!.stages.code).toMatchObject({ state: 'stopped', settings });
  expect(half!.stages.code!.rows).toHaveLength(first);
  const rest: AlignEvent[] = [];
  expect(await later.run('code', settings, (event) => rest.push(event))).toBe(true);
  expect(rowsIn(rest)).toEqual(steps().slice(first));
  expect(await later.folder('code')).toEqual([...(await session.folder('code'))]);

  // One that was closed after it has all of it, and a damaged save is as if the stage had never been made.
  const last = sessionOn({ files: copyOf(files) });
  const { code } = (await last.reopen('cpu', () => {}))!.stages;
  expect(code!.rows.map(({ step }) => step)).toEqual(steps());
  expect(code).toMatchObject({ state: 'done', scores: (seen.at(-1) as { scores: object }).scores });
  expect(await last.answer('code', prompt, { temperature: 0, seed: 0 }, () => {})).toEqual(answer);
  const damaged = copyOf(files);
  for (const [name, bytes] of damaged.contents) if (/code\.[ab]\.0$/.test(name)) bytes[bytes.length - 1]! ^= 1;
  expect((await sessionOn({ files: damaged }).reopen('cpu', () => {}))!.stages).toEqual({});
  // Another base takes the place of all of it.
  const anew = await last.open({ kind: 'shipped' }, 'anew', 'cpu', () => {});
  expect(await last.reopen('cpu', () => {})).toEqual({ base: anew, stages: {} });
  await last.forget();
  expect(await last.reopen('cpu', () => {})).toBeNull();

  // Where nothing can be kept, that is told.
  const told: AlignEvent[] = [];
  expect(await sessionOn({ why: 'storage is denied' }).reopen('cpu', (event) => told.push(event))).toBeNull();
  expect(told).toEqual([{ kind: 'unkept', why: 'storage is denied' }]);
});
