/** `--device`: what a command is asked to compute on, and what its folder then says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Host } from '../../src/cli/host.ts';
import { openBackend } from '../../src/cli/node/backend.ts';
import { runCommand } from './host.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rekindle-device-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const asked: unknown[] = [];
const open: Host['open'] = (device) => {
  asked.push(device);
  return openBackend(device);
};

it('cpu trains on the processor, and the summary names it', async () => {
  const out = path.join(folder, 'run');
  const sets = ['base.steps=4', 'continued.steps=2', 'base.schedule.warmupSteps=1', 'evaluation.rows=1'];
  const args = ['--preset', 'ci', ...sets.flatMap((set) => ['--set', set]), '--device', 'cpu', '--out', out];
  const ran = await runCommand(args, open);
  expect(ran.problem).toBeNull();
  expect(asked).toEqual(['cpu']);
  const summary = JSON.parse(readFileSync(path.join(out, 'summary.json'), 'utf8')) as Record<string, unknown>;
  expect(summary.adapter).toMatch(/^processor \(WebAssembly with (relaxed )?SIMD, \d+ threads?\)$/);
  expect(ran.said).toContain(`adapter: ${String(summary.adapter)}`);
  expect(summary).toHaveProperty('tokensPerSecond');

  const sampled = await runCommand(
    ['sample', '--model', path.join(out, 'model'), '--tokens', '4', '--device', 'cpu'],
    open,
  );
  expect(sampled.problem).toBeNull();
  expect(asked).toEqual(['cpu', 'cpu']);
});

it('anything else is refused in one sentence', async () => {
  const { problem } = await runCommand(['--preset', 'ci', '--device', 'tpu', '--out', path.join(folder, 'none')], open);
  expect(problem?.message).toBe('--device is "tpu": give one of auto, gpu, cpu.');
});
