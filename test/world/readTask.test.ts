/** Prompts of every kind are read back as the tasks they came from; what the world cannot judge is none. */
import { expect, it } from 'vitest';
import { allKinds } from '../../src/world/alignment/synthesis.ts';
import { readTask } from '../../src/world/alignment/readTask.ts';
import { drawTask } from '../../src/world/alignment/tasks.ts';
import { verify } from '../../src/world/alignment/verifier.ts';
import { AlignmentWorld } from '../../src/world/alignment/world.ts';
import { RandomStream } from '../../src/util/random.ts';

const world = new AlignmentWorld(1);

it('reads a drawn prompt as its task, with the same truth', () => {
  const draw = new RandomStream(1, 'prompts to read');
  for (let i = 0; i < 600; i++) {
    const task = drawTask(world, draw, i % 2 === 0, allKinds);
    const read = readTask(world, task.prompt)!;
    expect([read.kind, read.prompt, read.instructions]).toEqual([task.kind, task.prompt, task.instructions]);
    // Several programs may turn a list into another: any of them is right.
    expect(verify(world, read, task.gold).full, task.prompt).toBe(true);
    if (task.kind !== 'write') expect(read.gold).toEqual(task.gold);
  }
});

it('takes spaces and marks as people set them, and no other sentence', () => {
  const [name, known] = [...world.facts][0]!;
  expect(readTask(world, ` what is  the city of ${name}?say it twice`)!.gold).toEqual([known.city, known.city]);
  expect(readTask(world, 'what is the city of nobody here ?')!.gold).toEqual(['i', 'do', 'not', 'know']);
  for (const other of ['', 'hello', 'run rm ( 1 2 3 ) .', 'what is 7 x 8 ? sing it .', 'what does blorp mean ?'])
    expect(readTask(world, other), other).toBeNull();
});
