/** Small rules of the recipe: shares and what one blend raises, places in the data, files of a model, words for a sweep. */
import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { raisedSources, sharesOf } from '../../src/recipe/groups.ts';
import { columnsOf, type MetricRow, rowAt } from '../../src/recipe/measurements.ts';
import { isModelFile, missingModelFiles, modelFilesOf } from '../../src/recipe/modelFiles.ts';
import { blendBefore, blendSwitch, raisedByQa } from '../../src/recipe/phases.ts';
import { placeAfter, placeOfStep } from '../../src/recipe/place.ts';
import { sizeInPoints } from '../../src/recipe/statistics.ts';

describe('blends', () => {
  test('as shares of 1, in any unit; all 0 where they name nothing', () => {
    expect(sharesOf({ a: 3, b: 1 })).toEqual({ a: 0.75, b: 0.25 });
    expect(sharesOf({ a: 0, b: 0 })).toEqual({ a: 0, b: 0 });
    expect(sharesOf({})).toEqual({});
  });

  test('raise the sources whose share grows by more than rounding', () => {
    expect(raisedSources({ a: 1, b: 1 }, { a: 1, b: 3 })).toEqual(['b']);
    expect(raisedSources({ a: 1, b: 3 }, { a: 10, b: 30 })).toEqual([]);
    expect(raisedSources({ a: 0.3, b: 0.7 }, { a: 0.1 + 0.2, b: 0.7 })).toEqual([]);
    expect(raisedSources({ a: 1 }, { a: 1, c: 0 })).toEqual([]);
    expect(raisedSources({ a: 1 }, { c: 1 })).toEqual(['c']);
  });

  test('before the switch are the general one, or the base’s where the QA blend comes first', () => {
    const smoke = presetConfig('smoke');
    const at = (switchShare: number) => ({ ...smoke, continued: { ...smoke.continued!, switchShare } });
    expect(blendBefore(at(0.5))).toEqual(smoke.continued!.general);
    expect(blendBefore(at(0))).toEqual(smoke.base.blend);
    expect(blendBefore({ ...smoke, continued: null })).toEqual(smoke.base.blend);
    expect(raisedByQa({ ...smoke, continued: null })).toEqual([]);
    expect(raisedByQa(smoke)).toEqual(raisedSources(smoke.continued!.general, smoke.continued!.qa));
    expect([0, 0.25, 1].map((share) => blendSwitch(at(share).continued))).toEqual([0, 15, null]);
  });
});

test('places count rows and tokens of steps and micro-batches', () => {
  const batch = { sequences: 3, length: 5, accumulation: 2 } as never;
  expect(placeOfStep(4, batch)).toEqual({ rows: 24, tokens: 120 });
  expect(placeAfter({ rows: 24, tokens: 120 }, 2, batch)).toEqual({ rows: 30, tokens: 150 });
  expect(placeAfter(placeOfStep(4, batch), 2, batch)).toEqual(placeOfStep(5, batch));
});

test('a model’s files are told by name, and what is missing is named', () => {
  const yes = ['config.json', 'tokenizer.json', 'rekindle.json', 'model.safetensors', 'model.safetensors.index.json'];
  const shards = ['model-00001-of-00002.safetensors', 'model-1-of-1.safetensors'];
  for (const name of [...yes, ...shards]) expect(isModelFile(name), name).toBe(true);
  for (const name of [
    'README.md',
    'a/config.json',
    'model-x-of-2.safetensors',
    'xmodel-1-of-1.safetensors',
    'model-1-of-1.safetensors.bak',
  ])
    expect(isModelFile(name), name).toBe(false);
  expect(missingModelFiles(['config.json'], false)).toEqual(['tokenizer.json', 'model.safetensors']);
  expect(missingModelFiles(['tokenizer.json', 'model.safetensors.index.json'], true)).toEqual([
    'config.json',
    'rekindle.json',
  ]);
  expect(missingModelFiles(yes, true)).toEqual([]);
  // An index stands for its shards, and without one there is one file.
  const [single, shardIndex] = ['model.safetensors', 'model.safetensors.index.json'];
  const folder = ['README.md', 'config.json', single, ...shards];
  expect(modelFilesOf(folder)).toEqual(['config.json', single]);
  expect(modelFilesOf([...folder, shardIndex])).toEqual(['config.json', ...shards, shardIndex]);
});

test('a difference that was shown is never 0.0 points', () => {
  expect([0.0123, -0.0123, 0.0005, 0.0004999].map(sizeInPoints)).toEqual(['1.2', '1.2', '0.1', 'less than 0.1']);
});

test('an entry of columns has words for its codes, by either name', () => {
  const row: MetricRow = {
    ...{ step: 7, tokens: 64, loss: 3, gradNorm: 2, clip: 0, lr: 1e-3 },
    ...{ update: 'overflow', tokensPerSecond: 100, phase: 'qa', own: { margin: 0.5 } },
  };
  const { own: _, ...plain } = row;
  const columns = columnsOf([{ ...row, step: 6, update: 'made' }, row]);
  expect(rowAt(columns, 1)).toEqual({ ...plain, margin: 0.5 });
  expect(rowAt(columns, 1, true)).toEqual({
    ...{ step: 7, tokens: 64, loss: 3, grad_norm: 2, clip: 0, lr: 1e-3 },
    ...{ update: 'overflow', tokens_per_second: 100, phase: 'qa', margin: 0.5 },
  });
});
