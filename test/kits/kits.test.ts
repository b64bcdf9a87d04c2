/** Every kit is read back as its stack would read it: rate and blend of 101 steps are the page's own. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setPath } from '../../src/config/path.ts';
import { presetConfig } from '../../src/config/presets.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { Blend, RunConfig } from '../../src/config/run.ts';
import { kitFiles } from '../../src/kits/kit.ts';
import { yamlNumber } from '../../src/kits/megatronBridge.ts';
import { planRun } from '../../src/recipe/phases.ts';
import { torchtitanRate, megatronRate } from './stacks.ts';

const POINTS = 101;
/** Of the peak: cosines of two libraries differ by some units in the last place. */
const EQUAL = 1e-12;

const changed = (preset: string, changes: Record<string, unknown>): RunConfig => {
  const config = presetConfig(preset);
  for (const [key, value] of Object.entries(changes)) setPath(config, key, value);
  return config;
};
const cases: Record<string, RunConfig> = {
  lab: presetConfig('lab'),
  ci: presetConfig('ci'),
  'linear, re-warmed': changed('lab', {
    'continued.schedule.kind': 'linear',
    'continued.schedule.warmupSteps': 7,
    'continued.schedule.warmupStart': 1e-7,
  }),
  'warmup-stable-decay': changed('lab', {
    'continued.schedule.kind': 'wsd',
    'continued.schedule.decayShape': 'minus_sqrt',
  }),
  'constant, switched by share': changed('lab', {
    'continued.schedule.kind': 'constant',
    'continued.switchShare': 0.5,
  }),
  'no switch': changed('lab', { 'continued.switchDivisor': 0 }),
  'QA from the start': changed('lab', { 'continued.switchDivisor': 1 }),
  'a Llama with a tied head': changed('lab', { 'model.model_type': 'llama', 'model.tie_word_embeddings': true }),
  'a base alone': resolveConfig({ preset: 'lab', set: ['continued=off'] }),
};

/** What the page would draw: of the continued part, or of a base alone. */
function page(config: RunConfig) {
  const plan = planRun(config, config.continued ? 'continued' : 'base');
  const steps = plan.endStep - plan.firstStep;
  const at = (step: number) => plan.at(plan.firstStep + step);
  const points = [...new Set(Array.from({ length: POINTS }, (_, i) => Math.round((i * (steps - 1)) / (POINTS - 1))))];
  const blend = (step: number): Blend => {
    const given = Object.entries(at(step).blend).filter(([, weight]) => weight > 0);
    const sum = given.reduce((total, [, weight]) => total + weight, 0);
    return Object.fromEntries(given.map(([name, weight]) => [name, weight / sum]));
  };
  return { steps, points, rate: (step: number) => at(step).lr, blend };
}

interface Stack {
  rate(step: number): number;
  blend(step: number): Blend;
}

function expectSame(config: RunConfig, stack: Stack, from = 0): void {
  const { points, rate, blend } = page(config);
  const { peak } = (config.continued ?? config.base).schedule;
  for (const step of points) {
    const off = Math.abs(stack.rate(step) - rate(step)) / peak;
    if (step >= from) expect(off, `rate of step ${step}`).toBeLessThan(EQUAL);
    expect(stack.blend(step), `blend of step ${step}`).toEqual(blend(step));
  }
}

const kitOf = (config: RunConfig): Map<string, string> =>
  new Map(kitFiles(config).map(({ name, text }) => [name, text]));

let folder: string;
/** By case and step, as the Python of the kits computes them. */
let python: Record<string, { lr: number[]; blend: Blend[]; titan: Record<string, number | string>; blends: Blend[] }>;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rekindle-kits-'));
  const asked: Record<string, { folder: string; points: number[] }> = {};
  for (const [i, [name, config]] of Object.entries(cases).entries()) {
    const place = path.join(folder, String(i));
    for (const [file, text] of kitOf(config)) {
      mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
      writeFileSync(path.join(place, file), text);
    }
    asked[name] = { folder: place, points: page(config).points };
  }
  const script = `
import importlib.util, json, py_compile, sys
def load(place):
    py_compile.compile(place, doraise=True)
    spec = importlib.util.spec_from_file_location("one", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
out = {}
for name, one in json.load(sys.stdin).items():
    py_compile.compile(one["folder"] + "/hf-trainer/train_cpt.py", doraise=True)
    recipe = load(one["folder"] + "/hf-trainer/recipe.py")
    titan = load(one["folder"] + "/torchtitan/rekindle_recipe.py")
    numbers = {key: value for key, value in vars(titan).items() if key.isupper() and isinstance(value, (int, float, str))}
    out[name] = {
        "lr": [recipe.lr(step) for step in one["points"]],
        "blend": [recipe.blend(step) for step in one["points"]],
        "titan": numbers,
        "blends": titan.BLENDS,
    }
print(json.dumps(out))`;
  python = JSON.parse(execFileSync('python3', ['-c', script], { input: JSON.stringify(asked), encoding: 'utf8' }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(Object.entries(cases))('%s', (name, config) => {
  const kit = kitOf(config);
  const { steps, points } = page(config);
  const recipe = JSON.parse(kit.get('recipe.json')!);
  const blends = [1, 2].map((phase) => JSON.parse(kit.get(`blend_phase${phase}.json`)!) as Blend);
  const pick = (step: number, change: number | null = recipe.switchStep): 0 | 1 =>
    change !== null && step >= change ? 1 : 0;

  test('lr.csv and the blends', () => {
    const [head, ...lines] = kit.get('lr.csv')!.trim().split('\n');
    expect(head).toBe('step,lr');
    expect(lines.length).toBe(steps);
    const rows = lines.map((line) => line.split(',').map(Number) as [number, number]);
    expectSame(config, { rate: (step) => rows[step]![1], blend: (step) => blends[pick(step)]! });
    expect(recipe.config).toEqual(config);
  });

  test('HuggingFace Trainer', () => {
    const { lr, blend } = python[name]!;
    expectSame(config, { rate: (s) => lr[points.indexOf(s)]!, blend: (s) => blend[points.indexOf(s)]! });
  });

  test('Megatron-LM', () => {
    const text = kit.get('megatron-lm/arguments.sh')!;
    const value = (flag: string): string | undefined => new RegExp(`${flag} ([^\\s#]+)`).exec(text)?.[1];
    const number = (flag: string): number => Number(value(flag) ?? 0);
    const batch = number('--global-batch-size');
    expect(number('--train-samples')).toBe(steps * batch);
    const change =
      value('--phase-transition-iterations') === undefined ? null : number('--phase-transition-iterations');
    const paths = (phase: number): Blend => {
      const script = kit.get(`megatron-lm/phase${phase}.sh`) ?? kit.get('megatron-lm/phase1.sh')!;
      const inner = /BLEND=\(\n([^)]*)\)/.exec(script)![1]!.trim();
      return Object.fromEntries(
        inner.split('\n').map((line) => {
          const [, share, source] = /^\s*(\S+) "\$DATA\/(.+)_text_document"$/.exec(line)!;
          return [source, Number(share)];
        }),
      );
    };
    expectSame(config, {
      rate: (step) =>
        megatronRate(
          {
            maxLr: number('--lr'),
            minLr: number('--min-lr'),
            initLr: number('--lr-warmup-init'),
            warmup: number('--lr-warmup-samples'),
            decay: number('--lr-decay-samples'),
            style: value('--lr-decay-style')!,
            wsdDecay: number('--lr-wsd-decay-samples'),
            wsdStyle: value('--lr-wsd-decay-style') ?? '',
          },
          step * batch,
        ),
      blend: (step) => paths(pick(step, change) + 1),
    });
    for (const [file, script] of kit) {
      if (file.endsWith('.sh')) execFileSync('bash', ['-n'], { input: script });
    }
  });

  test('Megatron-Bridge', () => {
    const yaml = (phase: number) => {
      const entries: Record<string, string> = {};
      let at = '';
      for (const line of (kit.get(`megatron-bridge/phase${phase}.yaml`) ?? '').split('\n')) {
        const [, indent, key, value] = /^( *)(\w+):(?: (.*))?$/.exec(line) ?? [];
        if (key !== undefined && indent === '') at = key;
        else if (key !== undefined) entries[`${at}.${key}`] = value!;
      }
      return entries;
    };
    const [first, second] = [yaml(1), yaml(2)];
    const number = (key: string): number => Number(first[key] ?? 0);
    const change = first['train.exit_interval'] === undefined ? null : number('train.exit_interval');
    if (change !== null) {
      for (const key of Object.keys(first).filter((one) => /^(scheduler|optimizer)\.|^train.train_iters/.test(one)))
        expect(second[key], key).toBe(first[key]);
      expect(second['checkpoint.load']).toBe(first['checkpoint.save']);
    }
    const blend = (phase: number): Blend => {
      const file = (phase === 2 && change === null ? first : yaml(phase))['data.per_split_data_args_path']!;
      const list = JSON.parse(kit.get(`megatron-bridge/${file}`)!).train as string[];
      const pairs = list.flatMap((one, i) => (i % 2 === 0 ? [[list[i + 1]!, Number(one)] as const] : []));
      return Object.fromEntries(pairs.map(([place, share]) => [/data\/(.+)_text_document/.exec(place)![1], share]));
    };
    expect(number('train.train_iters')).toBe(steps);
    expectSame(config, {
      rate: (step) =>
        megatronRate(
          {
            maxLr: number('optimizer.lr'),
            minLr: number('optimizer.min_lr'),
            initLr: number('scheduler.lr_warmup_init'),
            warmup: number('scheduler.lr_warmup_iters'),
            decay: number('scheduler.lr_decay_iters'),
            style: first['scheduler.lr_decay_style']!,
            wsdDecay: number('scheduler.lr_wsd_decay_iters'),
            wsdStyle: first['scheduler.lr_wsd_decay_style'] ?? '',
          },
          step,
        ),
      blend: (step) => blend(pick(step, change) + 1),
    });
  });

  test('torchtitan, whose warm-up is a step ahead', () => {
    const { titan, blends: both } = python[name]!;
    const change = typeof titan.SWITCH === 'number' ? titan.SWITCH : null;
    expectSame(
      config,
      { rate: (step) => torchtitanRate(titan, step), blend: (step) => both[pick(step, change)]! },
      Number(titan.WARMUP_STEPS),
    );
    expect(titan.STEPS).toBe(steps);
  });
});

test('a Llama and a Qwen2 have their own arguments, and the README says what carries over', () => {
  const of = (type: string, tied: boolean): Map<string, string> =>
    kitOf(
      changed('lab', { 'model.model_type': type, 'model.tie_word_embeddings': tied, 'model.partial_rotary_factor': 1 }),
    );
  const [llama, qwen, nemotron] = [of('llama', false), of('qwen2', true), kitOf(presetConfig('lab'))];
  const model = (kit: Map<string, string>): string =>
    /MODEL=\(([^)]*)\)/.exec(kit.get('megatron-lm/arguments.sh')!)![1]!;
  expect(model(llama)).toMatch(/--normalization RMSNorm .*--swiglu/);
  expect(model(llama)).toMatch(/--rotary-percent 1 /);
  expect(model(llama)).toContain('--untie-embeddings-and-output-weights');
  expect(model(llama)).not.toMatch(/layernorm-1p|squared-relu|qkv-bias/);
  expect(model(qwen)).toContain('--add-qkv-bias');
  expect(model(qwen)).not.toContain('--untie');
  expect(model(nemotron)).toMatch(/--apply-layernorm-1p .*--squared-relu/);
  for (const [kit, name] of [
    [llama, 'Llama'],
    [qwen, 'Qwen2'],
  ] as const) {
    expect(kit.get('README.md')).toContain(`load as \`${name}ForCausalLM\``);
    expect([...kit.values()].join('')).not.toMatch(/NemotronForCausalLM|no Nemotron|LayerNorm-1P|undefined/);
  }
  expect(() => kitOf(changed('lab', { 'model.model_type': 'mamba' }))).toThrow(/is mamba: recipe\.json/);
});

test('the README names a range of rates and its assumption', () => {
  const text = kitOf(presetConfig('lab')).get('README.md')!;
  expect(text).toMatch(/It assumes that/);
  expect(text).toMatch(/\| \d+ \| \S+ … \S+ \|/);
  expect(text).not.toMatch(/undefined|NaN/);
});

test('numbers as YAML 1.1 reads them', () => {
  const float = /^[-+]?\d+(\.\d*([eE][-+]\d+)?)?$/;
  for (const value of [0, 1, 0.1, 1e-7, 1.5e-7, 3e-5, 1e21]) {
    expect(yamlNumber(value)).toMatch(float);
    expect(Number(yamlNumber(value))).toBe(value);
  }
});
