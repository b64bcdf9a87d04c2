/** Kits of an alignment say what its stages were, in Python and YAML that parse, and call nothing RPO that is not. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { outputNames } from '../../src/align/attributes.ts';
import { alignmentKitFiles } from '../../src/kits/alignment/kit.ts';
import { stageDefaults } from '../../src/train/align/stage.ts';

const record = (stage: 'sft' | 'reward' | 'dpo' | 'rpo', objective: object) => ({
  ...{ stage, seed: 7, batch: 32, examples: 10 },
  ...stageDefaults[stage],
  objective: { name: stage, ...objective },
});
const stages = [
  { stage: 'base', seed: 7, tokens: 1000 },
  record('sft', {}),
  { ...record('sft', {}), rate: 5e-4 },
  record('reward', { outputs: 9 }),
  record('dpo', { beta: 0.3, sftWeight: 0.05 }),
  record('rpo', { beta: 0.1, eta: 2, sftWeight: 0.01, distance: 'backward' }),
];
const names9 = (outputs: number) => outputNames(outputs === 9 ? 9 : 5);
const files = new Map(alignmentKitFiles({ alignment: stages }, names9).map(({ name, text }) => [name, text]));

test('the Python compiles, and its numbers are the stages’', () => {
  const scripts = [...files].filter(([name]) => name.endsWith('.py'));
  expect(scripts.map(([name]) => name)).toEqual(['trl/recipe.py', 'trl/stage.py', 'trl/reward_attributes.py']);
  const check = `import json, sys
files = json.load(sys.stdin)
for name, text in files.items(): compile(text, name, "exec")
scope = {}
exec(files["trl/recipe.py"], scope)
print(json.dumps([scope["STAGES"], scope["ATTRIBUTES"]]))`;
  const said = execFileSync('python3', ['-c', check], { input: JSON.stringify(Object.fromEntries(scripts)) });
  const [told, attributes] = JSON.parse(said.toString()) as [Record<string, Record<string, number>>, string[]];
  expect(Object.keys(told)).toEqual(['sft-1', 'sft-2', 'reward', 'dpo', 'rpo']);
  expect(told['sft-2']).toMatchObject({ kind: 'sft', rate: 5e-4, epochs: 3, warmup: 10, end: 0.1 });
  expect(told.dpo).toMatchObject({ beta: 0.3, sft_weight: 0.05, rate: 4e-4, end: 1 });
  expect(told.rpo).toMatchObject({ beta: 0.1, eta: 2, sft_weight: 0.01 });
  expect(attributes).toEqual(outputNames(9));
});

test('a reward model is an end: the stage after it starts from the one before', () => {
  const lines = files
    .get('trl/run.sh')!
    .split('\n')
    .filter((line) => line.startsWith('python '));
  expect(lines).toEqual([
    'python stage.py sft-1 "$BASE"',
    'python stage.py sft-2 out/sft-1',
    'python reward_attributes.py reward out/sft-2',
    'python stage.py dpo out/sft-2',
    'python stage.py rpo out/dpo',
  ]);
});

test('NeMo-RL has β and λ where it has them, and says where what it trains is not RPO', () => {
  const of = (name: string) => files.get(`nemo-rl/${name}.yaml`)!;
  expect(of('dpo')).toMatch(/reference_policy_kl_penalty: 0\.3 .*sft_loss_weight: 0\.05 /s);
  expect(of('rpo')).toMatch(/^# This is DPO and not RPO/);
  expect(of('reward')).toMatch(/^# Pairs .*and not five attributes/);
  for (const [name, text] of files) expect(text, name).not.toMatch(/undefined|NaN|\[object/);
  for (const name of ['sft-1', 'reward', 'dpo', 'rpo']) expect(of(name)).toMatch(/^defaults: \w+\.yaml$/m);
});

test('a model without stages is refused', () => {
  expect(() => alignmentKitFiles({ alignment: [stages[0]] }, names9)).toThrow('no stage of an alignment');
});
