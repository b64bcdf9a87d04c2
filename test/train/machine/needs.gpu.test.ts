/**
 * What a run is said to need before it starts, beside what it then allocates: an engine, an inspector, decoders of samples and answers, the
 * scorers of its benchmarks and the copies of a save are made for every preset, as a run makes them. Only `studio`, some 700 MB, is
 * left to test/train/machine/needs.test.ts, which lays it out without a device.
 */
import { expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { tokenIndex } from '../../../src/data/tokenIndex.ts';
import { scorerLength } from '../../../src/evaluate/report.ts';
import { gpuExecutor } from '../../../src/gpu/executor.ts';
import { Engine } from '../../../src/train/engine/engine.ts';
import { Generator } from '../../../src/train/engine/generate.ts';
import { Inspector } from '../../../src/train/engine/inspect.ts';
import { needsOf } from '../../../src/train/engine/needs.ts';
import { mostQuestions } from '../../../src/train/run/questions.ts';
import { prepareWorld } from '../../../src/world/prepare.ts';
import { gpu } from '../../gpu/device.ts';

test.each(PRESETS.filter(({ name }) => name !== 'studio'))('$name', async ({ config }) => {
  const backend = await gpu();
  const suites = config.data.world ? prepareWorld(config) : null;
  const lengths = new Set(suites?.suites.map((suite) => scorerLength(suites.corpus.world.tokenizer, [suite])));
  const engine = await Engine.create(backend, config, tokenIndex);
  const { executor } = engine;
  const inspector = await Inspector.create(engine);
  const generators = [
    await Generator.create(executor, config.model, 'generate 1'),
    await Generator.create(executor, config.model, `generate ${mostQuestions}`, mostQuestions),
  ];
  for (const length of lengths) await engine.scorer(length);
  const saving = engine.snapshot(); // its copies are made in the call, and gone when it is done
  const most = executor.bytes;
  await saving;
  const { bytes } = needsOf(config, gpuExecutor(executor).context, backend.report, [...lengths]);
  for (const generator of generators) generator.destroy();
  inspector.destroy();
  engine.destroy();
  // The promise is 10 %; every buffer is counted, so that they are equal.
  expect(bytes).toBe(most);
});
