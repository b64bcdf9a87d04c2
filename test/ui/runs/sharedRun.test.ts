/** A run saved as one .zip, by the page or the terminal, comes back as it was; what is no run is told. */
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { presetConfig } from '../../../src/config/presets.ts';
import { withChanges } from '../../../src/config/resolve.ts';
import type { RunConfig } from '../../../src/config/run.ts';
import { rowAt } from '../../../src/recipe/measurements.ts';
import { planRun } from '../../../src/recipe/phases.ts';
import { History } from '../../../src/ui/chart/columns.ts';
import { jsonLinesOf } from '../../../src/ui/chart/csv.ts';
import { figuresOf } from '../../../src/ui/runs/record.ts';
import { readSharedRun } from '../../../src/ui/runs/shared/sharedRun.ts';
import { everyField } from '../../setup/everyField.ts';

const config = withChanges(presetConfig('ci'), { 'continued.steps': 40 });
const { firstStep, endStep, tokensPerStep } = planRun(config, 'continued');

function curveTo(end: number): History {
  const step = Float64Array.from({ length: end - firstStep }, (_, i) => firstStep + i);
  const curve = new History();
  curve.append({
    ...{
      step,
      loss: step.map((_, i) => 2 - i / 100),
      lr: step.map(() => 0.002),
      tokens: step.map((at) => at * tokensPerStep),
    },
    ...{
      gradNorm: step.map((_, i) => 1 + i),
      tokensPerSecond: step.map(() => 1000),
      phase: Uint8Array.from(step, (_, i) => (i < 28 ? 1 : 2)),
    },
    update: Uint8Array.from(step, (_, i) => (i === 3 ? 1 : 0)),
  });
  return curve;
}
const files = (run: RunConfig, metrics: string): Record<string, string> => ({
  'config.json': JSON.stringify(run),
  'metrics.jsonl': metrics,
  'held-out.jsonl': '{"step":1,"loss":{"web":2,"qa":3}}\n{"step":2,"loss":{"qa":1}}\n',
});
const zip = (named: Record<string, string>, folder = '') =>
  new Blob([zipSync(Object.fromEntries(Object.entries(named).map(([name, text]) => [folder + name, strToU8(text)])))]);

test('settings, curve and figures come back from what the page saves and from what the terminal writes', async () => {
  const curve = curveTo(endStep);
  const average = curve.loss;
  const byNames = Array.from({ length: curve.length }, (_, i) => `${JSON.stringify(rowAt(curve, i))}\n`).join('');
  for (const [metrics, folder] of [
    [jsonLinesOf({ curve, average }), ''],
    [byNames, 'my-run/'],
  ] as const) {
    const read = await readSharedRun(zip(files(config, metrics), folder));
    expect([read.config, read.part, read.state]).toEqual([config, 'continued', { kind: 'done' }]);
    for (const column of ['step', 'tokens', 'loss', 'gradNorm', 'lr', 'phase', 'update'] as const)
      expect(read.curve[column].slice(0, curve.length), column).toEqual(curve[column].slice(0, curve.length));
    // The terminal writes no seconds.
    const seconds = folder ? 0 : curve.seconds[curve.length - 1];
    expect(read.figures).toEqual({ ...figuresOf({ config, part: 'continued' }, curve, { web: 2, qa: 1 }), seconds });
  }
});

test('a run that was cut off is stopped, and one on text of its own keeps its sources', async () => {
  const curve = curveTo(endStep - 1);
  const own = structuredClone(presetConfig('small'));
  for (const blend of [own.base.blend, own.continued!.general, own.continued!.qa]) Object.assign(blend, { notes: 5 });
  own.base.steps = firstStep;
  const read = await readSharedRun(zip(files(own, jsonLinesOf({ curve, average: curve.loss }))));
  expect(read.state).toEqual({ kind: 'stopped' });
  expect(read.config.continued!.qa).toEqual(own.continued!.qa);
});

test('a model beside the run is found, whatever comes first, and one that is not whole is told', async () => {
  const curve = curveTo(endStep);
  const run = files(config, jsonLinesOf({ curve, average: curve.loss }));
  const model = Object.fromEntries(
    ['config.json', 'model.safetensors', 'tokenizer.json', 'rekindle.json'].map((name) => [`model/${name}`, '{}']),
  );
  const { hasModel, config: read } = await readSharedRun(zip({ ...model, ...run }, 'ada/'));
  expect([hasModel, read]).toEqual([true, config]);
  expect((await readSharedRun(zip({ ...run, 'model/README.md': '' }))).hasModel).toBe(false);
  const { 'model/rekindle.json': _record, ...unrecorded } = model;
  await expect(readSharedRun(zip({ ...run, ...unrecorded }))).rejects.toThrow('Its model folder has no rekindle.json');
});

test('held-out losses come back from what the terminal writes too', async () => {
  const curve = curveTo(endStep);
  const { 'held-out.jsonl': lines, ...run } = files(config, jsonLinesOf({ curve, average: curve.loss }));
  const heldOut = lines!
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const read = await readSharedRun(zip({ ...run, 'evaluations.json': JSON.stringify({ heldOut, samples: [] }) }));
  expect(read.figures.heldOut).toEqual({ web: 2, qa: 1 });
  await expect(readSharedRun(zip({ ...run, 'evaluations.json': '{"heldOut":[1]}' }))).rejects.toThrow(
    'evaluations.json',
  );
});

test('what is no run is told', async () => {
  const curve = curveTo(endStep);
  const metrics = jsonLinesOf({ curve, average: curve.loss });
  const whole = files(config, metrics);
  const lines = metrics.trim().split('\n');
  const cases: [Record<string, string>, RegExp][] = [
    [{ 'metrics.jsonl': metrics }, /no config\.json/],
    [{ ...whole, 'metrics.jsonl': '' }, /no config\.json with a metrics/],
    [{ ...whole, 'metrics.jsonl': `${lines[1]}\n${lines[0]}` }, /rising order/],
    [{ ...whole, 'config.json': '{"preset":"none"}' }, /none/],
    [{ ...whole, 'config.json': JSON.stringify({ ...config, seed: -1 }) }, /seed|Seed/],
  ];
  for (const [named, sentence] of cases) await expect(readSharedRun(zip(named))).rejects.toThrow(sentence);
  await expect(readSharedRun(new Blob(['hello']))).rejects.toThrow('not a .zip');
});

test('with any field another, it is read or told in a sentence', async () => {
  const curve = curveTo(endStep);
  const whole = files(config, jsonLinesOf({ curve, average: curve.loss }));
  const odd: string[] = [];
  for (const name of Object.keys(whole)) {
    const [first = '', ...rest] = name === 'config.json' ? [whole[name]!] : whole[name]!.split('\n');
    for (const { path, value, changed } of everyField(JSON.parse(first)))
      await readSharedRun(zip({ ...whole, [name]: [JSON.stringify(changed), ...rest].join('\n') })).catch((error) => {
        const told = error instanceof Error && !/TypeError|RangeError|SyntaxError/.test(error.name);
        if (!told) odd.push(`${name} ${path} = ${JSON.stringify(value)}: ${String(error)}`);
      });
  }
  expect(odd).toEqual([]);
  await expect(readSharedRun(zip({ ...whole, 'config.json': '{' }))).rejects.toThrow(
    'config.json holds something other',
  );
});
