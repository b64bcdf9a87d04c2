/**
 * The recipe without a page: `npm run recipe -- --preset NAME …` trains, `score` and `sample` use what it wrote. The same
 * train/run.ts as the page's worker. Progress on stderr; a bad input is one sentence and a non-zero exit.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { resolveConfig } from '../config/resolve.ts';
import { exportModel } from '../train/exportModel.ts';
import { prepareData } from '../train/data.ts';
import { type MetricRow, Run } from '../train/run.ts';
import type { HeldOutPoint, Sample } from '../protocol.ts';
import { parameterCount } from '../model/parameters.ts';
import { UserError } from '../util/errors.ts';
import { describeAdapter, openNodeDevice } from './node/dawn.ts';
import { ensureData } from './node/data.mjs';
import { projectRoot } from './node/project.mjs';
import { sampleModel, scoreText } from './useModel.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Arguments of a command; anything unknown is named. */
function argumentsOf<T extends Record<string, { type: 'string'; multiple?: boolean }>>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UserError(`${(error as Error).message.split('.')[0]!.replace(/\s+/g, ' ')}: see README for the command's options.`);
  }
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new UserError(`--${name} is missing: see README for the command's options.`);
  return value;
}

function integer(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new UserError(`--${name} is "${text}": give a whole number of 0 or more.`);
  return value;
}

function readBytes(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch {
    throw new UserError(`The file ${file} cannot be read: check the path.`);
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(Buffer.from(readBytes(file)).toString('utf8'));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The file ${file} is not JSON (${(error as Error).message}).`);
  }
}

async function fetchShard(name: string): Promise<Uint8Array> {
  return new Uint8Array(readFileSync(path.join(projectRoot, 'public/data', name)));
}

async function train(args: string[]): Promise<void> {
  const given = argumentsOf(args, {
    preset: { type: 'string' },
    config: { type: 'string' },
    data: { type: 'string', multiple: true },
    tokenizer: { type: 'string' },
    set: { type: 'string', multiple: true },
    seed: { type: 'string' },
    out: { type: 'string' },
  });
  const out = path.resolve(required(given.out, 'out'));
  if (existsSync(out)) throw new UserError(`The folder ${out} exists already: choose another --out or remove it.`);
  const files = ((given.data ?? []) as string[]).map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UserError(`--data ${pair} is not SOURCE=PATH.`);
    const file = pair.slice(at + 1);
    return { source: pair.slice(0, at), name: path.basename(file), bytes: readBytes(file) };
  });
  const config = resolveConfig({
    preset: given.preset,
    file: given.config === undefined ? undefined : readJson(given.config),
    set: given.set as string[] | undefined,
    seed: given.seed === undefined ? undefined : integer(given.seed, 'seed'),
    tokenizer: given.tokenizer,
    data: [...new Set(files.map(({ source }) => source))],
  });
  ensureData();

  // Everything is written beside the target and renamed at the end: nothing half-written is left behind.
  const building = `${out}.part-${process.pid}`;
  mkdirSync(building, { recursive: true });
  try {
    const data = await prepareData(config, files, fetchShard, (what) => say(what));
    const { device, report } = await openNodeDevice();
    say(`adapter: ${describeAdapter(report)}`);
    const metrics: MetricRow[] = [];
    const heldOut: HeldOutPoint[] = [];
    const samples: Sample[] = [];
    const started = performance.now();
    let switchStep: number | null = null;
    let said = 0;
    const run = await Run.create(device, report.software, config, data, {
      state: (state) => {
        if (state.kind !== 'compiling' || state.done === state.total) say(state.kind);
      },
      metric: (row) => {
        metrics.push(row);
        if (performance.now() - said < 2000) return;
        said = performance.now();
        say(`step ${row.step + 1}/${run.plan.endStep} ${row.phase} loss ${row.loss.toFixed(4)} lr ${row.lr.toExponential(2)} ${row.tokensPerSecond.toFixed(0)} tokens/s`);
      },
      heldOut: (point) => {
        heldOut.push(point);
        say(`held out at ${point.step}: ${Object.entries(point.loss).map(([name, loss]) => `${name} ${loss.toFixed(4)}`).join(', ')}`);
      },
      switched: (change) => (switchStep = change.step),
      sources: () => {},
      sample: (sample) => samples.push(sample),
    });
    const end = await run.train();
    if (end.kind === 'diverged') throw new UserError(end.message);
    const line = (row: MetricRow): string => {
      const { step, tokens, phase, loss, lr, gradNorm, tokensPerSecond } = row;
      return JSON.stringify({ step, tokens, phase, loss, lr, gradNorm, tokensPerSecond, blend: run.plan.at(step).blend });
    };
    const write = (name: string, text: string): void => writeFileSync(path.join(building, name), text);
    write('config.json', `${JSON.stringify(config, null, 2)}\n`);
    write('metrics.jsonl', metrics.map((row) => `${line(row)}\n`).join(''));
    write('evaluations.json', `${JSON.stringify({ heldOut, samples }, null, 2)}\n`);
    const last = metrics.at(-1)!;
    const summary = {
      adapter: describeAdapter(report),
      parameters: parameterCount(config.model),
      steps: last.step + 1,
      tokens: last.tokens,
      seconds: (performance.now() - started) / 1000,
      finalLoss: last.loss,
      heldOutLoss: heldOut.at(-1)?.loss ?? {},
      switchStep,
    };
    write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
    mkdirSync(path.join(building, 'model'));
    for (const { name, bytes } of await exportModel(run)) writeFileSync(path.join(building, 'model', name), bytes);
    renameSync(building, out);
    say(`written: ${out}`);
    run.destroy();
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

const [command, ...rest] = process.argv.slice(2);
if (command === 'score') {
  const given = argumentsOf(rest, { model: { type: 'string' }, text: { type: 'string' }, json: { type: 'string' } });
  const result = await scoreText(required(given.model, 'model'), readBytes(required(given.text, 'text')));
  const json = required(given.json, 'json');
  writeFileSync(`${json}.part`, JSON.stringify(result));
  renameSync(`${json}.part`, json);
  say(`loss ${result.loss.toFixed(4)} nats a token, ${result.bitsPerByte.toFixed(4)} bits a byte`);
} else if (command === 'sample') {
  const given = argumentsOf(rest, {
    model: { type: 'string' }, prompt: { type: 'string' }, tokens: { type: 'string' }, seed: { type: 'string' }, temperature: { type: 'string' },
  });
  const text = await sampleModel(required(given.model, 'model'), {
    prompt: given.prompt ?? '',
    tokens: integer(given.tokens ?? '100', 'tokens'),
    seed: integer(given.seed ?? '1', 'seed'),
    temperature: Number(given.temperature ?? 0.8),
  });
  process.stdout.write(`${text}\n`);
} else {
  await train(process.argv.slice(2));
}
