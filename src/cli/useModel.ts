/** A model folder put to use in Node: scoring a text, continuing a prompt. */
import { renameSync, writeFileSync } from 'node:fs';
import { readDocuments } from '../data/read.ts';
import { tokenIndex } from '../data/tokenIndex.ts';
import { type Score, score as scoreOf, scoreWindows } from '../export/score.ts';
import { presetConfig } from '../config/presets.ts';
import type { RunConfig } from '../config/run.ts';
import { ignoredTarget } from '../ops/headLoss.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { readCheckpoint } from '../train/base.ts';
import { Engine } from '../train/engine.ts';
import { generate, Generator, type GenerateOptions } from '../train/generate.ts';
import { argumentsOf, integer, readBytes, required, say } from './arguments.ts';
import type { OpenNodeDevice } from './node/dawn.ts';
import { readFolder } from './readFolder.ts';

/** Rows scored together: fills tiles without holding many logits. */
const rowsTogether = 8;

async function openModel(folder: string, open: OpenNodeDevice): Promise<{ engine: Engine; tokenizer: Tokenizer; config: RunConfig }> {
  const { model, weights, tokenizer } = readCheckpoint(readFolder(folder));
  const preset = presetConfig('smoke');
  const config: RunConfig = {
    ...preset,
    model,
    data: { ...preset.data, separateDocuments: false },
    batch: { sequences: rowsTogether, length: model.max_position_embeddings, accumulation: 1 },
  };
  const { device, report } = await open();
  const engine = await Engine.create(device, report.software, config, tokenIndex);
  engine.load(weights);
  return { engine, tokenizer, config };
}

/** The score contract of a UTF-8 text under a model folder. */
async function scoreText(folder: string, bytes: Uint8Array, open: OpenNodeDevice): Promise<Score> {
  const text = readDocuments('text', 'text.txt', bytes).map((document) => document.text).join('');
  const { engine, tokenizer, config } = await openModel(folder, open);
  const T = config.batch.length;
  const windows = scoreWindows(tokenizer.encode(text), T);
  const rows = {
    count: windows.length,
    tokens: new Uint32Array(windows.length * T),
    targets: new Uint32Array(windows.length * T).fill(ignoredTarget),
    documentStart: new Uint32Array(windows.length * T),
  };
  windows.forEach((window, row) => {
    rows.tokens.set(window, row * T);
    rows.targets.set(window.subarray(1), row * T);
  });
  const nll = await engine.score(rows);
  const perWindow = windows.map((window, row) => nll.slice(row * T, row * T + window.length - 1));
  engine.destroy();
  return scoreOf(windows, perWindow, tokenizer);
}

async function sampleModel(folder: string, options: Omit<GenerateOptions, 'limit'>, open: OpenNodeDevice): Promise<string> {
  const { engine, tokenizer, config } = await openModel(folder, open);
  const generator = await Generator.create(engine.memory, config.model, 'generate');
  const text = await generate(generator, tokenizer, { ...options, limit: tokenizer.size });
  generator.destroy();
  engine.destroy();
  return text;
}

/** `score --model DIR --text FILE --json FILE`. */
export async function score(args: string[], open: OpenNodeDevice): Promise<void> {
  const given = argumentsOf(args, { model: { type: 'string' }, text: { type: 'string' }, json: { type: 'string' } });
  const result = await scoreText(required(given.model, 'model'), readBytes(required(given.text, 'text')), open);
  const json = required(given.json, 'json');
  writeFileSync(`${json}.part`, JSON.stringify(result));
  renameSync(`${json}.part`, json);
  say(`loss ${result.loss.toFixed(4)} nats a token, ${result.bitsPerByte.toFixed(4)} bits a byte`);
}

/** `sample --model DIR --prompt TEXT …`: the text on stdout. */
export async function sample(args: string[], open: OpenNodeDevice): Promise<void> {
  const text = { type: 'string' } as const;
  const given = argumentsOf(args, { model: text, prompt: text, tokens: text, seed: text, temperature: text });
  const options = {
    prompt: given.prompt ?? '',
    tokens: integer(given.tokens ?? '100', 'tokens'),
    seed: integer(given.seed ?? '1', 'seed'),
    temperature: Number(given.temperature ?? 0.8),
  };
  process.stdout.write(`${await sampleModel(required(given.model, 'model'), options, open)}\n`);
}
