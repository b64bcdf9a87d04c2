/** The alignment world: what it knows, how its verifier judges, and that its data are the seed's. */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/util/random.ts';
import { spoiled } from '../../src/world/alignment/answers.ts';
import { drawDocument, encodeDocument } from '../../src/world/alignment/documents.ts';
import { carryOut, isHeldOut } from '../../src/world/alignment/language.ts';
import { suitesOf } from '../../src/world/alignment/suites.ts';
import {
  allKinds,
  answersByHand,
  demonstrations,
  dialogues,
  conversationBlend,
  geneticCode,
  labelled,
  prompts,
  triplets,
} from '../../src/world/alignment/synthesis.ts';
import { codeTask, drawTask, factTask, instruct, plainTask } from '../../src/world/alignment/tasks.ts';
import { verify } from '../../src/world/alignment/verifier.ts';
import { AlignmentWorld } from '../../src/world/alignment/world.ts';

const world = new AlignmentWorld(1);
const unknown = world.tokenizer.encode('<unk>')[0];

describe('the world', () => {
  it('is its seed’s, and writes nothing that its tokenizer does not know', async () => {
    expect(new AlignmentWorld(1).zu).toEqual(world.zu);
    expect(new AlignmentWorld(2).zu).not.toEqual(world.zu);
    const draw = new RandomStream(1, 'test documents');
    for (let i = 0; i < 300; i++) {
      const tokens = encodeDocument(world, drawDocument(world, draw));
      expect(tokens.filter((id) => id === unknown)).toEqual([]);
    }
    expect(world.tokenizer.size).toBeLessThan(256);
  });

  it('has an interpreter, and lists that are kept for evaluation', () => {
    expect(
      ['first', 'last', 'max', 'min', 'rev', 'sort'].map((name) => carryOut(name, ['3', '1', '4'])!.join('')),
    ).toEqual([...['3', '4', '4', '1'], ...['413', '134']]);
    expect(carryOut('constructor', ['1'])).toBeNull();
    const draw = new RandomStream(1, 'test lists');
    for (let i = 0; i < 200; i++) {
      expect(isHeldOut(drawTask(world, draw, true, ['run', 'write'], 0).code!.list)).toBe(false);
      expect(isHeldOut(drawTask(world, draw, false, ['run', 'write'], 0).code!.list)).toBe(true);
    }
  });
});

describe('the verifier', () => {
  const name = world.people.train[0]!;
  const question = factTask(world, 'city', name);
  const [city] = question.answer as [string];
  const asked = instruct(world, question, [{ name: 'twice' }, { name: 'end', value: 'ok' }]);

  it('takes every gold answer, and no spoiled one', () => {
    const draw = new RandomStream(3, 'test gold');
    for (let i = 0; i < 600; i++) {
      const task = drawTask(world, draw, i % 2 === 0, allKinds);
      expect(verify(world, task, task.gold)).toMatchObject({ full: true, followed: task.instructions.map(() => true) });
      expect(verify(world, task, task.gold, false).full).toBe(false);
      const wrong = spoiled(world, task, draw, 'wrong');
      if (wrong.join(' ') !== task.gold.join(' ') && task.kind !== 'write')
        expect(verify(world, task, wrong).preference).toBeLessThan(verify(world, task, task.gold).preference);
    }
  });

  it('judges content and form apart, and blocks hedging', () => {
    expect(asked.prompt).toBe(`what is the city of ${name} ? say it twice and end with ok .`);
    expect(asked.gold).toEqual([city, city, 'ok']);
    expect(verify(world, asked, [city, 'ok'])).toMatchObject({ right: true, followed: [false, true], strict: false });
    const other = city === 'paris' ? 'rome' : 'paris';
    expect(verify(world, asked, [other, other, 'ok'])).toMatchObject({ right: false, strict: true, full: false });
    expect(verify(world, plainTask(question), [city, other]).right).toBe(false);
    expect(verify(world, plainTask(question), ['i', 'do', 'not', 'know'])).toMatchObject({ refusedKnown: true });
    // Any program that makes the result is right.
    const task = plainTask(codeTask('write', 'max', ['1', '2', '3']));
    expect(verify(world, task, ['last']).full).toBe(true);
    expect(verify(world, task, ['min']).full).toBe(false);
  });

  it('rates as the model card does', () => {
    // Gold: helpful 4, correct 4, coherent 4, complexity 1, no word too many.
    expect(verify(world, plainTask(question), [city]).attributes).toEqual([4, 4, 4, 1, 0]);
    expect(verify(world, plainTask(question), [city]).reward).toBeCloseTo(0.3 * 4 + 0.74 * 4 + 0.46 * 4 + 0.47, 12);
    expect(verify(world, plainTask(question), ['is', city]).attributes[4]).toBe(1);
  });
});

describe('synthesis', () => {
  it('gives the same data for the same seed, counted and without duplicates', async () => {
    for (const make of [
      (seed: number) => prompts(world, seed, 200),
      (seed: number) => geneticCode(world, seed, 200),
      (seed: number) => demonstrations(world, seed, 200, 0.2),
      (seed: number) => conversationBlend(world, seed, 200, 0.2),
    ]) {
      const [one, again, other] = [make(5), make(5), make(6)];
      expect(again).toEqual(one);
      expect(other.all).not.toEqual(one.all);
      expect(one.tally.kept).toBe(200);
      expect(new Set(one.all.map((made) => JSON.stringify(made))).size).toBe(one.all.length);
    }
    const { tally } = prompts(world, 5, 200);
    expect(tally.made).toBe(tally.kept + tally.duplicates + tally.dropped);
    // 112 strangers are asked for three facts: it ends although more are wanted.
    const { kept } = prompts(world, 5, 1000, ['unknown']).tally;
    expect(kept).toBeGreaterThan(320);
    expect(kept).toBeLessThanOrEqual(336);
    for (const { task } of geneticCode(world, 5, 200).all) expect(isHeldOut(task.code!.list)).toBe(false);
  });

  it('makes dialogues of three turns and drops bad ones', async () => {
    const good = await dialogues(world, 2, 40, 1, null);
    expect(good.tally).toMatchObject({ kept: 40, dropped: 0 });
    expect(good.all[0]!.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
    const silent = await dialogues(world, 2, 40, 0.5, async (asked) => asked.map(() => ({ words: [], ended: true })));
    expect(silent.tally).toMatchObject({ kept: 0, dropped: 40 });
  });

  it('labels answers with noise, masks and a liking for length', () => {
    const tasks = prompts(world, 4, 300, allKinds).all;
    const { answers, preferred } = labelled(world, 4, tasks, []);
    expect(answers.length).toBe(2 * preferred.length);
    const labels = answers.flatMap((one) => one.attributes);
    expect(labels.filter((value) => value === null).length / labels.length).toBeCloseTo(0.2, 1);
    const plain = labelled(world, 4, tasks, [], { noise: 0, lengthBias: 0, masked: 0 });
    for (const { task, chosen, rejected } of plain.preferred)
      expect(verify(world, task, rejected).reward).toBeLessThanOrEqual(verify(world, task, chosen).reward + 4);
    for (const { task, words, attributes } of plain.answers)
      expect(attributes).toEqual(verify(world, task, words).attributes.map(Math.round));
  });

  it('makes triplets of the best against a worse one, and of equals none', () => {
    const tasks = prompts(world, 4, 300, allKinds).all;
    const { all, tally } = triplets(world, 4, tasks, answersByHand(world, 4, tasks));
    expect(tally.kept).toBe(all.length);
    expect(tally.kept + tally.dropped).toBe(300);
    for (const { task, chosen, rejected, rewardChosen, rewardRejected, hard } of all) {
      expect(rewardChosen).toBe(verify(world, task, chosen.words).preference);
      expect(rewardRejected).toBe(verify(world, task, rejected.words).preference);
      expect(rewardChosen - rewardRejected).toBeGreaterThan(0.05);
      expect(hard).toBe(rewardChosen - rewardRejected < 1);
    }
    expect(all.filter(({ hard }) => hard).length).toBeGreaterThan(20);
    const same = tasks.map(({ gold }) => [0, 1].map(() => ({ words: gold, ended: true })));
    expect(triplets(world, 4, tasks, same).tally).toMatchObject({ kept: 0, dropped: 300, duplicates: 300 });
    // A reward model that says the opposite turns them round.
    const scores = answersByHand(world, 4, tasks).map((answers) => answers.map((_, k) => k));
    const judged = triplets(world, 4, tasks, answersByHand(world, 4, tasks), scores).all;
    expect(judged.some(({ task, chosen }) => !verify(world, task, chosen.words).full)).toBe(true);
  });

  it('examines in what nothing was trained on', () => {
    const suites = suitesOf(world);
    expect(Object.fromEntries(Object.entries(suites).map(([name, tasks]) => [name, tasks.length]))).toEqual({
      ...{ know: 144, math: 80, code: 100, translation: 24, instructions: 220, unknown: 60, mixed: 180 },
    });
    const trained = new Set(prompts(world, 9, 3000, allKinds).all.map(({ prompt }) => prompt));
    const met = Object.values(suites)
      .flat()
      .filter(({ prompt }) => trained.has(prompt));
    expect(met).toEqual([]);
  });
});
