/** A model folder put to use in Node: scoring a text, continuing a prompt. */
import type { Document } from '../data/document.ts';
import { tokenIndex } from '../data/tokenIndex.ts';
import { type Score, score, scoreWindows } from '../export/score.ts';
import { presetConfig } from '../config/presets.ts';
import type { RunConfig } from '../config/run.ts';
import { ignoredTarget } from '../ops/headLoss.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { readCheckpoint } from '../train/base.ts';
import { Engine } from '../train/engine.ts';
import { generate, Generator, type GenerateOptions } from '../train/generate.ts';
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

/** The score contract of documents, end to end, under a model folder. */
export async function scoreText(folder: string, documents: readonly Document[], open: OpenNodeDevice): Promise<Score> {
  const { engine, tokenizer, config } = await openModel(folder, open);
  const T = config.batch.length;
  const windows = scoreWindows(tokenizer.encode(documents.map(({ text }) => text).join('')), T);
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
  return score(windows, perWindow, tokenizer);
}

export async function sampleModel(folder: string, options: Omit<GenerateOptions, 'limit'>, open: OpenNodeDevice): Promise<string> {
  const { engine, tokenizer, config } = await openModel(folder, open);
  const generator = await Generator.create(engine.memory, config.model, 'generate');
  const text = await generate(generator, tokenizer, { ...options, limit: tokenizer.size });
  generator.destroy();
  engine.destroy();
  return text;
}
