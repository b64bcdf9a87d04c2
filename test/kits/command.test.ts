/** The command writes a kit of a run's folder, and of nothing else. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { presetConfig } from '../../src/config/presets.ts';
import { kitFiles } from '../../src/kits/kit.ts';
import { runCommand } from '../cli/host.ts';

let parent: string;
beforeEach(() => void (parent = mkdtempSync(path.join(tmpdir(), 'rekindle-'))));
afterEach(() => rmSync(parent, { recursive: true }));

const noDevice = (): never => {
  throw new Error('a kit needs no device');
};
const kit = (stack: string, ...more: string[]) =>
  runCommand(['kit', '--run', parent, '--for', stack, ...more, '--out', path.join(parent, 'kit')], noDevice);

test.each(['world', 'lab'])('a run of %s becomes the files of its configuration', async (preset) => {
  const config = presetConfig(preset);
  if (!config.data.world) config.continued!.qa = { mine: 3, news: 1 }; // a file of the user's
  writeFileSync(path.join(parent, 'config.json'), JSON.stringify(config));
  expect(await kit('all')).toMatchObject({ status: 0, problem: null });
  const written = readdirSync(path.join(parent, 'kit'), { recursive: true, encoding: 'utf8' });
  for (const { name, text } of kitFiles(config))
    expect(readFileSync(path.join(parent, 'kit', name), 'utf8')).toBe(text);
  expect(written.filter((name) => !name.includes(path.sep)).sort()).toEqual(
    [
      ...['README.md', 'blend_phase1.json', 'blend_phase2.json', 'hf-trainer', 'lr.csv'],
      ...['megatron-bridge', 'megatron-lm', 'recipe.json', 'torchtitan'],
    ].sort(),
  );
});

const world = presetConfig('world');
const read = { width: 64, parametrization: 'standard', seed: 1, step: 10, site: 'logits', rms: 1, change: 1 };
const whole = { config: world, base: 64, tokens: 640, texts: [], rows: [], coordinates: [read] };

test('what a folder of a sweep of widths holds goes along, or is refused in a sentence with nothing written', async () => {
  writeFileSync(path.join(parent, 'config.json'), JSON.stringify(world));
  const write = (held: unknown) => writeFileSync(path.join(parent, 'widths.json'), JSON.stringify(held));
  const swept = () => kit('torchtitan', '--widths', parent);
  const others = [null, [], 3, {}, { ...whole, config: {} }, { ...whole, config: { ...world, preset: 3 } }];
  for (const other of [...others, { ...whole, rows: [{}] }, { ...whole, coordinates: [{ ...read, rms: 'much' }] }]) {
    write(other);
    const { problem } = await swept();
    expect(problem, JSON.stringify(other)).toMatchObject({ name: 'UserError' });
    expect(problem!.message).toMatch(/^[^\n]{10,400}[.?)]$/);
    expect(readdirSync(parent).toSorted()).toEqual(['config.json', 'widths.json']);
  }
  write(whole);
  expect((await swept()).problem).toBeNull();
  expect(readFileSync(path.join(parent, 'kit', 'mup', 'coordinates.csv'), 'utf8')).toContain(
    'standard,64,1,10,logits,1,1',
  );
});

test('a configuration that no run can have is refused, and nothing is written', async () => {
  const config = presetConfig('lab');
  config.continued!.schedule.peak = -1;
  writeFileSync(path.join(parent, 'config.json'), JSON.stringify(config));
  expect((await kit('hf-trainer')).problem?.message).toContain('continued.schedule.peak');
  expect(readdirSync(parent)).toEqual(['config.json']);
});
