import { describe, expect, it, vi } from 'vitest';
import { chooseTile } from '../../src/gpu/tune.ts';
import { gpuTiles } from '../../src/ops/matmul.ts';
import { matmulTrial } from '../../src/ops/matmulTrial.ts';
import { gpu } from './device.ts';

/** Odd sizes that fill no tile, and quick on a software adapter. */
const small = () => matmulTrial(97, 52, 36);
/** Kernels as a GPU gets them, whatever adapter runs the test. */
const context = { quads: true, software: false };

describe('choosing a tile', () => {
  it('times every candidate of right answer and takes the fastest', async () => {
    const { device } = await gpu();
    const { tile, report } = await chooseTile(device, context, gpuTiles, small());
    expect(report.candidates.map(({ name }) => name)).toEqual(Object.keys(gpuTiles));
    const millis = report.candidates.map((candidate) => candidate.millis);
    expect(millis).not.toContain(null);
    expect(report.candidates[Object.keys(gpuTiles).indexOf(report.chosen!)]!.millis).toBe(Math.min(...(millis as number[])));
    expect(tile).toBe(gpuTiles[report.chosen!]);
  });

  it('drops a candidate whose answer is wrong, and keeps the default where all are', async () => {
    const { device } = await gpu();
    let asked = 0;
    const trial = small();
    const pair = { a: gpuTiles['8×4']!, b: gpuTiles['4×4']! };
    const first = await chooseTile(device, context, pair, { ...trial, accepts: (c) => asked++ > 0 && trial.accepts(c) });
    expect(first.report.candidates[0]!.millis).toBeNull();
    expect(first.report.chosen).toBe('b');
    const none = await chooseTile(device, context, pair, { ...trial, accepts: () => false });
    expect([none.tile, none.report.chosen]).toEqual([undefined, null]);
  });

  it('knows a wrong answer', () => {
    const trial = small();
    expect(trial.accepts(new Float32Array(trial.output.size))).toBe(false);
  });

  it('costs nothing on a software adapter, or where a choice is remembered', async () => {
    const { device } = await gpu();
    const submit = vi.spyOn(device.queue, 'submit');
    try {
      const software = await chooseTile(device, { quads: true, software: true }, gpuTiles, small());
      expect(software).toEqual({ tile: undefined, report: { chosen: null, candidates: [] } });
      const remembered = await chooseTile(device, context, gpuTiles, small(), '16×4');
      expect(remembered).toEqual({ tile: gpuTiles['16×4'], report: { chosen: '16×4', candidates: [] } });
      expect(submit).not.toHaveBeenCalled();
    } finally {
      submit.mockRestore();
    }
  });
});
