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
const kit = (stack: string) =>
  runCommand(['kit', '--run', parent, '--for', stack, '--out', path.join(parent, 'kit')], noDevice);

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

test('a configuration that no run can have is refused, and nothing is written', async () => {
  const config = presetConfig('lab');
  config.continued!.schedule.peak = -1;
  writeFileSync(path.join(parent, 'config.json'), JSON.stringify(config));
  expect((await kit('hf-trainer')).problem?.message).toContain('continued.schedule.peak');
  expect(readdirSync(parent)).toEqual(['config.json']);
});
