/** Which base a page offers: the shipped one of the preset and seed, if it was trained as the configuration says. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { presetConfig } from '../../../src/config/presets.ts';
import { configureFromBase } from '../../../src/recipe/baseCheckpoint.ts';
import { Bases } from '../../../src/train/bases/bases.ts';

const shippedFolder = async (file: string) => new Uint8Array(readFileSync(`public/bases/${file}`));

test('a shipped base fits its preset and seed, and nothing that would be trained otherwise', async () => {
  const bases = new Bases(shippedFolder);
  const config = presetConfig('ci');
  expect((await bases.offer(config))!.bytes).toBeGreaterThan(100_000);
  const base = await bases.find({ ...config, seed: 2 });
  expect(base!.metadata.seed).toBe(2);
  expect(base!.weights.get('lm_head.weight')!.shape).toEqual([config.model.vocab_size, config.model.hidden_size]);
  expect(await bases.find({ ...config, seed: 1000 })).toBeNull();
  const longer = structuredClone(config);
  longer.base.steps++;
  expect(await bases.offer(longer)).toBeNull();
  // Its continued run is a run's own.
  const continued = structuredClone(config);
  continued.continued!.steps = 7;
  expect(await bases.offer(continued)).not.toBeNull();
  expect(await bases.offer(presetConfig('smoke'))).toBeNull();
});

test('the base of real text fits its preset with any seed, as the preset has it or as the base records it', async () => {
  const bases = new Bases(shippedFolder);
  const config = { ...presetConfig('small'), seed: 7 };
  const { metadata } = (await bases.offer(config))!;
  expect(metadata.steps).toBeGreaterThan(config.base.steps);
  const continued = configureFromBase(metadata, config);
  expect((await bases.shipped(continued))!.metadata).toEqual(metadata);
  for (const change of [{ base: { ...config.base, steps: 7 } }, { batch: { ...config.batch, sequences: 8 } }]) {
    expect(await bases.offer({ ...config, ...change })).toBeNull();
  }
});

test('a base trained here comes first, for the configuration it was trained with', async () => {
  const bases = new Bases(shippedFolder);
  const config = { ...presetConfig('ci'), seed: 9 };
  const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'rekindle.json'];
  bases.keep(
    config,
    names.map((name) => ({ name, bytes: new Uint8Array(readFileSync(`public/bases/ci-1/${name}`)) })),
  );
  expect(await bases.find(config)).not.toBeNull();
  expect(await bases.find({ ...config, seed: 8 })).toBeNull();
});

test('without an index there is nothing to offer; weights that changed on the way are refused', async () => {
  const config = presetConfig('ci');
  const none = new Bases(() => Promise.reject(new Error('404')));
  expect(await none.find(config)).toBeNull();
  const html = new Bases(async () => new TextEncoder().encode('<!doctype html>'));
  expect(await html.offer(config)).toBeNull();
  const changed = new Bases(async (file) => {
    const bytes = await shippedFolder(file);
    if (file.endsWith('.safetensors')) bytes[bytes.length - 1]! ^= 1;
    return bytes;
  });
  await expect(changed.find(config)).rejects.toThrow(/ci-1 is damaged/);
});
