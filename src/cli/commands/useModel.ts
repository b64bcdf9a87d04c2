/** `score` and `sample`: a model folder put to use in Node. */
import { existsSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { presetConfig } from '../../config/presets.ts';
import { optionOf } from '../../config/options.ts';
import type { RunConfig } from '../../config/run.ts';
import { tokenIndex } from '../../data/tokenIndex.ts';
import { readHuggingFaceFolder } from '../../export/huggingface.ts';
import { type Score, score, scoreWindows } from '../../export/score.ts';
import { ignoredTarget } from '../../ops/headLoss.ts';
import { inspectModel, type ModelFolder } from '../../train/bases/base.ts';
import { Engine } from '../../train/engine/engine.ts';
import { checkReading } from '../../train/engine/room.ts';
import { generate, Generator, mostTokens, highestTemperature } from '../../train/engine/generate.ts';
import { UserError } from '../../util/errors.ts';
import { command } from '../commands.ts';
import { documentFile, filesBelow, type GivenDocument, readText } from '../documents.ts';
import { type DeviceName, type Host, INTERRUPTED } from '../host.ts';
import { deviceFlags } from '../inputs.ts';
import { count, folder, greatestSeed, number, place, text } from '../kinds.ts';
import { openFolder, readFolder } from '../readFolder.ts';
import { commonWords } from '../words/common.ts';
import { modelWords, sampleWords, scoreWords } from '../words/useModel.ts';
import { asUserError } from '../writeFolder.ts';

/** Rows scored together at most, and their tokens: they fill tiles without holding many logits or activations. */
const [mostRows, mostTogether] = [8, 4096];

/**
 * The model of a folder on a device, and the configuration it is used in; what is left out of it is said. Whether there is room for it is
 * known from its headers, before a weight is read.
 */
async function openModel(
  from: string,
  device: DeviceName | undefined,
  host: Host,
  writes = false,
): Promise<Pick<ModelFolder, 'tokenizer'> & { engine: Engine; config: RunConfig }> {
  const { model, tokenizer, notes } = await inspectModel(await openFolder(from));
  const option = optionOf('model.max_position_embeddings')!;
  const longest = option.type === 'integer' ? option.max : 0;
  const length = Math.min(model.max_position_embeddings, longest);
  if (length < model.max_position_embeddings) notes.push(modelWords.shortened(model.max_position_embeddings, length));
  for (const note of notes) host.say(commonWords.note(note));
  const preset = presetConfig('smoke');
  const sequences = writes ? 1 : Math.max(1, Math.min(mostRows, Math.floor(mostTogether / length)));
  const config: RunConfig = {
    ...preset,
    model: { ...model, max_position_embeddings: length },
    data: { ...preset.data, separateDocuments: false },
    batch: { sequences, length, accumulation: 1 },
  };
  const backend = await host.open(device);
  checkReading(config, backend, writes);
  const engine = await Engine.create(backend, config, tokenIndex, undefined, { trains: false });
  engine.load(readHuggingFaceFolder(readFolder(from)).parameters);
  return { tokenizer, engine, config };
}

/** The score contract of a text under a model folder; null: it was to end before. */
async function scoreText(
  from: string,
  document: GivenDocument,
  device: DeviceName | undefined,
  host: Host,
): Promise<Score | null> {
  const content = await readText(document, host);
  const { tokenizer, config, engine } = await openModel(from, device, host);
  const { sequences: rowsTogether, length: T } = config.batch;
  const windows = scoreWindows(tokenizer.encode(content), T);
  const perWindow: Float32Array[] = [];
  while (perWindow.length < windows.length && !host.ended.aborted) {
    const some = windows.slice(perWindow.length, perWindow.length + rowsTogether);
    const rows = {
      count: some.length,
      tokens: new Uint32Array(some.length * T),
      targets: new Uint32Array(some.length * T).fill(ignoredTarget),
      documentStart: new Uint32Array(some.length * T),
    };
    some.forEach((window, row) => {
      rows.tokens.set(window, row * T);
      rows.targets.set(window.subarray(1), row * T);
    });
    const nll = await engine.score(rows);
    perWindow.push(...some.map((window, row) => nll.slice(row * T, row * T + window.length - 1)));
  }
  engine.destroy();
  return perWindow.length < windows.length ? null : score(windows, perWindow, tokenizer);
}

/** A file that will be written at the end: whether it can be, and is none of those `read`, is known before the work. */
function checkWritable(target: string, read: readonly string[]): void {
  const real = (name: string): string => (existsSync(name) ? realpathSync(name) : path.resolve(name));
  if (read.some((one) => real(one) === real(target))) throw new UserError(scoreWords.isRead(target));
  try {
    if (statSync(target, { throwIfNoEntry: false })?.isDirectory()) throw new UserError(scoreWords.isFolder(target));
    writeFileSync(`${target}.part-${process.pid}`, '');
    rmSync(`${target}.part-${process.pid}`);
  } catch (error) {
    throw asUserError(error, commonWords.unwritable(target));
  }
}

export const scoreCommand = command({
  name: 'score',
  about: scoreWords.about,
  flags: {
    model: { kind: folder, about: modelWords.model, required: true },
    ...deviceFlags,
    text: { kind: documentFile, about: scoreWords.text, required: true },
    json: { kind: place('FILE'), about: scoreWords.json, required: true },
  },
  example: 'score --model runs/smoke/model --text FILE --json score.json',
  async run({ model, device, text: from, json }, host) {
    checkWritable(json, [...filesBelow(from.file), ...readdirSync(model).map((name) => path.join(model, name))]);
    const result = await scoreText(model, from, device, host);
    if (!result) return INTERRUPTED;
    const part = `${json}.part-${process.pid}`;
    try {
      writeFileSync(part, JSON.stringify(result));
      renameSync(part, json);
    } catch (error) {
      rmSync(part, { force: true });
      throw asUserError(error, commonWords.unwritable(json));
    }
    host.say(scoreWords.result(result.loss, result.bitsPerByte));
    return 0;
  },
});

export const sampleCommand = command({
  name: 'sample',
  about: sampleWords.about,
  flags: {
    model: { kind: folder, about: modelWords.model, required: true },
    ...deviceFlags,
    prompt: { kind: text('TEXT', 'a text', true), about: sampleWords.prompt },
    tokens: { kind: count(1, mostTokens), about: sampleWords.tokens },
    seed: { kind: count(0, greatestSeed), about: sampleWords.seed },
    temperature: {
      kind: number(0, highestTemperature),
      about: sampleWords.temperature,
    },
  },
  example: 'sample --model runs/smoke/model --prompt "The " --tokens 100 --seed 1',
  async run({ model, device, prompt = '', tokens = 100, seed = 1, temperature = 0.8 }, host) {
    const { tokenizer, config, engine } = await openModel(model, device, host, true);
    const generator = await Generator.create(engine.executor, config.model, 'generate');
    const limit = tokenizer.size;
    const stopped = (): boolean => host.ended.aborted;
    const made = await generate(generator, tokenizer, { prompt, tokens, seed, temperature, limit, stopped });
    generator.destroy();
    engine.destroy();
    if (made.unread > 0) host.say(commonWords.note(sampleWords.promptCut(generator.length, made.unread)));
    if (made.tokens < tokens && !stopped()) host.say(commonWords.note(sampleWords.endedEarly(made.tokens, tokens)));
    host.print(`${made.text}\n`);
    return stopped() ? INTERRUPTED : 0;
  },
});
