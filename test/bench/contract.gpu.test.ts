/** What `npm run bench -- --json FILE` writes, from outside, on the smallest shape. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { patience } from '../patience.ts';
import type { BenchReport } from './contract.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'rekindle-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bench(...args: string[]) {
  return spawnSync(process.execPath, ['src/cli/run.mjs', 'test/bench/bench.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 2 * patience,
  });
}

it('writes adapter, steps with and without optional features, and products, in the fields others read', () => {
  const file = path.join(folder, 'bench.json');
  const only = ['L2 d64 T64 B4 V256', 'matmul nt 512'].flatMap((text) => ['--only', text]);
  const { status, stderr } = bench(...only, '--seconds', '0.1', '--json', file);
  expect(status, stderr).toBe(0);
  const { adapter, ceilings, steps, matmul, peerErrors } = JSON.parse(readFileSync(file, 'utf8')) as BenchReport;
  expect(adapter).toMatch(/\((software|hardware)\)/);
  for (const rate of Object.values(ceilings)) expect(rate).toBeGreaterThan(0);
  const software = adapter.includes('(software)');
  const kinds = ['', ...(adapter.includes('shader-f16') ? [', f16 storage'] : []), ', no optional feature'];
  expect(steps.map(({ shape }) => shape)).toEqual(kinds.map((kind) => `L2 d64 T64 B4 V256${kind}`));
  for (const step of steps) {
    expect(step.msP95).toBeGreaterThanOrEqual(step.msP50);
    expect(step.msP50).toBeGreaterThan(0);
    expect(step.tokensPerSecond).toBeGreaterThan(0);
    expect(step.tokensPerCpuSecond).toBeGreaterThan(0);
    expect(step.dispatches).toBeGreaterThan(20); // two layers forward and backward
    expect(step.submits).toBeGreaterThan(0);
    expect(step.gpuBytes).toBeGreaterThan(4 * 4 * 100_000); // weights, gradients and two moments of some 0.1 M parameters
    // Steps in flight are a GPU's measure.
    expect(step.tokensPerSecondInFlight === null).toBe(software);
    expect(step.shareOfF32).toBeGreaterThan(0);
    expect(step.shareOfCopy === null).toBe(step.shape.endsWith('f16 storage'));
    // The processor is beside the whole shape; variants are our own on the GPU.
    const beside = step === steps[0] ? ['cpu'] : [];
    for (const held of [step.peers, step.peersPerSecond]) expect(Object.keys(held)).toEqual(beside);
    for (const rate of Object.values(step.peers)) expect(rate).toBeGreaterThan(0);
    expect(Object.keys(step.peersPerSecondInFlight)).toEqual(software ? [] : beside);
  }
  const shares = steps[0]!.kernels.reduce((sum, { share }) => sum + share, 0);
  expect(shares).toBeCloseTo(1, 6);
  expect(steps[0]!.shareOfPeak).toBeGreaterThan(0);
  expect(matmul).toHaveLength(1);
  expect(matmul[0]).toMatchObject({ kind: 'nt', m: 512, n: 512, k: 512 });
  expect(matmul[0]!.peers.cpu).toBeGreaterThan(0);
  expect(matmul[0]!.gflopsPerCpuSecond).toBeGreaterThan(0);
  expect(matmul[0]!.shareOfF32).toBeGreaterThan(0);
  expect(peerErrors).toEqual([]);
});

it('answers an unknown option with one sentence', () => {
  const { status, stderr } = bench('--pears');
  expect(status).toBe(1);
  expect(stderr).toContain("Unknown option '--pears'");
  expect(stderr).toContain('Usage: npm run bench');
});
