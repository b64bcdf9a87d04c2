/** The page's alignment without the page: the shipped base, a stage that is stopped and goes on, and a chat. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { AlignEvent, AlignSettings } from '../../src/recipe/alignApi.ts';
import { alignmentPlan } from '../../src/kits/alignment/plan.ts';
import { AlignSession } from '../../src/train/align/session.ts';
import { processor } from '../cpu/processor.ts';

const bases = path.resolve(import.meta.dirname, '../../public/bases');
const settings: AlignSettings = { judge: 'truth', beta: 0.3, eta: 1 };

it('opens the shipped base, goes on with a stopped stage at its next step, and answers with a verdict', async () => {
  const session = new AlignSession(
    () => processor,
    async (name) => new Uint8Array(await readFile(path.join(bases, name))),
  );
  await expect(session.prompt(1)).rejects.toThrow('There is no base yet');
  const opened = await session.open({ kind: 'shipped' }, 'cpu', () => {});
  expect(opened).toMatchObject({ seed: 2, machine: 'cpu' });
  // A base knows its world, and follows few instructions.
  expect(opened!.scores.know!).toBeGreaterThan(0.5);

  const seen: AlignEvent[] = [];
  const steps = (): number[] => seen.flatMap((one) => (one.kind === 'rows' ? one.rows.map(({ step }) => step!) : []));
  const stopEarly = (event: AlignEvent): void => {
    seen.push(event);
    if (event.kind === 'rows') void session.stop();
  };
  await expect(session.run('dpo', settings, () => {})).rejects.toThrow('There is no checkpoint sft yet');
  expect(await session.run('code', settings, stopEarly)).toBe(false);
  const first = steps().length;
  expect(first).toBeGreaterThan(0);
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
});
