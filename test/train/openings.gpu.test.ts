/** What generation assumes, training has shown: asked for a document from nothing, a model begins one. */
import { expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.ts';
import { prepareData } from '../../src/train/data.ts';
import { Run } from '../../src/train/run.ts';
import { RandomStream } from '../../src/util/random.ts';
import { gpu } from '../gpu/device.ts';

it('a model of short documents opens one as they do, where nothing but an end-of-text stands before', async () => {
  const random = new RandomStream(0, 1);
  const words = ['sea', 'whale', 'ship', 'men', 'rope', 'deck', 'night', 'oil'];
  const document = () =>
    `${random.pick(['By', 'At', 'For', 'Once'])} ${Array.from({ length: 3 + random.integer(3) }, () => random.pick(words)).join(' ')}.`;
  const lines = Array.from({ length: 400 }, () => JSON.stringify({ text: document() }));
  const config = resolveConfig({
    preset: 'smoke',
    data: ['short'],
    set: [
      'continued=off',
      'base.steps=80',
      'base.schedule.warmupSteps=8',
      'base.schedule.peak=0.01',
      'batch.length=32',
      'evaluation.everySteps=0',
    ],
  });
  const files = [{ source: 'short', name: 'short.jsonl', bytes: new TextEncoder().encode(lines.join('\n')) }];
  const data = await prepareData(
    config,
    files,
    (name) => Promise.reject(new Error(name)),
    () => {},
  );
  const backend = await gpu();
  const nothing = () => {};
  const run = await Run.create(backend, config, data, {
    state: nothing,
    metric: nothing,
    heldOut: nothing,
    switched: nothing,
    sources: nothing,
  });
  await run.train();
  let opened = 0;
  for (let seed = 0; seed < 40; seed++) opened += /^[BAFO]$/.test(await run.sample('', 1, 1, seed)) ? 1 : 0;
  run.destroy();
  console.log(`${opened} of 40 samples begin as a document does`);
  // A model of these documents draws an opening with probability 0.99; rows without a lone end-of-text gave 0 of 40.
  expect(opened).toBeGreaterThan(36);
});
