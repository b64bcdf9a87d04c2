/** What a run needs, and what it would fit with: worked out without a device. */
import { describe, expect, test } from 'vitest';
import { cloneConfig } from '../../../src/config/path.ts';
import { presetConfig, PRESETS } from '../../../src/config/presets.ts';
import { setText } from '../../../src/config/resolve.ts';
import type { RunConfig } from '../../../src/config/run.ts';
import { checkConfig } from '../../../src/config/validate.ts';
import { parameterCount } from '../../../src/model/parameters.ts';
import { heavyBytes, type Limits, needsOf } from '../../../src/train/engine/needs.ts';
import { gpuTiles } from '../../../src/ops/matmul/tiles.ts';

const context = { quads: false, software: false };
const buffers = (bytes: number): Limits => ({ maxBufferSize: bytes, maxStorageBufferBindingSize: bytes });
/** The least a WebGPU device binds. */
const plain = buffers(128 * 2 ** 20);

/** A configuration as the page has it after its reader took the proposal over. */
function taken(config: RunConfig, changes: readonly { key: string; to: string }[]): RunConfig {
  const next = cloneConfig(config);
  for (const { key, to } of changes) expect(setText(next, key, to)).toBeNull();
  return next;
}

describe('what a run needs', () => {
  test.each(PRESETS)(
    '$name: weights, gradients, moments and their copies at least; it fits a device of default limits',
    ({ config }) => {
      const needs = needsOf(config, context, plain);
      expect(needs.parameters).toBe(parameterCount(config.model));
      expect(needs.bytes).toBeGreaterThan(7 * 4 * needs.parameters);
      expect(needs.largest.bytes).toBeGreaterThanOrEqual(4 * needs.parameters);
      expect(needs.verdict).toBe('fits');
      expect(needs.instead).toBeNull();
    },
  );

  test('does not depend on how products are tiled', () => {
    const config = presetConfig('small');
    const { bytes } = needsOf(config, context, plain);
    for (const tile of Object.keys(gpuTiles)) {
      const everywhere = { has: () => true, get: () => tile } as unknown as ReadonlyMap<string, string>;
      expect(needsOf(config, { ...context, tiles: everywhere }, plain).bytes).toBe(bytes);
    }
  });

  test('names the largest buffer by what lies in it', () => {
    expect(needsOf(presetConfig('studio'), context, plain).largest.name).toBe('parameters');
    const wide = presetConfig('smoke');
    wide.batch = { sequences: 256, length: 64, accumulation: 1 };
    const { largest, bytes } = needsOf(wide, context, plain);
    expect(largest.bytes).toBeGreaterThan(4 * parameterCount(wide.model));
    expect(largest.name).not.toMatch(/parameters|gradients|moments/);
    expect(bytes).toBeGreaterThan(largest.bytes);
  });
});

describe('what to change where it does not fit', () => {
  test('the same tokens a step in more micro-batches, as few as will do', () => {
    const config = presetConfig('smoke');
    config.batch.sequences = 8;
    const { largest, bytes } = needsOf(config, context, plain);
    const needs = needsOf(config, context, buffers(largest.bytes - 1));
    expect(needs.verdict).toBe('too-large');
    const { changes } = needs.instead!;
    expect(changes.map(({ key, from, to }) => [key, from, to])).toEqual([
      ['batch.sequences', '8', '4'],
      ['batch.accumulation', '1', '2'],
    ]);
    const after = needsOf(taken(config, changes), context, buffers(largest.bytes - 1));
    expect(after).toMatchObject({ verdict: 'fits', bytes: needs.instead!.bytes });
    expect(after.bytes).toBeLessThan(bytes);
  });

  test('a smaller vocabulary where the weights alone are too large for one buffer', () => {
    const config = presetConfig('desk');
    const weights = 4 * parameterCount(config.model);
    const needs = needsOf(config, context, buffers(0.92 * weights));
    expect(needs).toMatchObject({ verdict: 'too-large', largest: { name: 'parameters' } });
    const { changes } = needs.instead!;
    expect(changes[0]!.key).toBe('model.vocab_size');
    expect(changes.find(({ key }) => key === 'tokenizer')).toMatchObject({ from: 'bpe:2048', to: 'bpe:1024' });
    const after = taken(config, changes);
    expect(checkConfig(after)).toEqual([]);
    expect(needsOf(after, context, buffers(0.92 * weights)).verdict).toBe('fits');
  });

  test('what fits the limits may still be more than a machine has', () => {
    const config = presetConfig('studio');
    config.batch = { ...config.batch, sequences: 128, accumulation: 1 };
    const needs = needsOf(config, context, buffers(2 ** 31));
    expect(needs.verdict).toBe('heavy');
    expect(needs.bytes).toBeGreaterThan(heavyBytes);
    expect(needs.instead!.bytes).toBeLessThanOrEqual(heavyBytes);
    expect(needs.instead!.changes.map(({ key }) => key)).toEqual(['batch.sequences', 'batch.accumulation']);
  });

  test('nothing, where nothing of the kind helps', () => {
    expect(needsOf(presetConfig('smoke'), context, buffers(4096)).instead).toBeNull();
  });
});
