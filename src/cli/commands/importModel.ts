/** `npm run recipe -- import --model FOLDER --out DIR`: a model made elsewhere, looked at, tried, and taken in as a base. */
import { DEFAULT_PRESET, presetConfig } from '../../config/presets.ts';
import { huggingFaceFolder } from '../../export/huggingface.ts';
import { describeFolder } from '../../train/bases/base.ts';
import { needsOf } from '../../train/engine/needs.ts';
import { prepareData } from '../../train/run/data.ts';
import { tryModel } from '../../train/trials/tryModel.ts';
import { command } from '../commands.ts';
import { configFlags, dataFlags, deviceFlags, fetchShard, readInputs } from '../inputs.ts';
import { folder, place } from '../kinds.ts';
import { ensureData } from '../node/data.mjs';
import { checkFree } from '../outFolder.ts';
import { openFolder } from '../readFolder.ts';
import { commonWords } from '../words/common.ts';
import { importWords as words } from '../words/models.ts';
import { modelWords } from '../words/useModel.ts';
import { writeFolder } from '../writeFolder.ts';

export const importCommand = command({
  name: 'import',
  about: words.about,
  flags: {
    model: { kind: folder, about: modelWords.model, required: true },
    ...dataFlags,
    ...configFlags,
    ...deviceFlags,
    out: { kind: place('DIR'), about: words.out, required: true },
  },
  example: 'import --model FOLDER --out bases/mine',
  async run({ model, out, device, ...given }, host) {
    checkFree(out);
    const report = await describeFolder(await openFolder(model), presetConfig(given.preset ?? DEFAULT_PRESET));
    host.say(words.isA(report.architecture, report.parameters));
    host.say(words.stored(report.dtypes, report.bytes, report.shards));
    host.say(words.reads(report.model.max_position_embeddings, report.tokenizer.size));
    for (const note of report.notes) host.say(commonWords.note(note));
    const { config, files, base } = await readInputs({ ...given, base: model }, host);
    const { weights: parameters, tokenizer, metadata } = base!;
    writeFolder(out, huggingFaceFolder({ model: metadata.model, parameters, tokenizer, metadata }));
    host.say(commonWords.written(out));
    ensureData();
    const backend = await host.open(device);
    host.say(words.needs(needsOf(config, backend.context, backend.report).bytes));
    const data = await prepareData(config, files, fetchShard, () => {}, base);
    const { heldOut, samples } = await tryModel(backend, config, data, base!);
    for (const [name, loss] of Object.entries(heldOut)) host.say(words.heldOut(name, loss));
    for (const { prompt, text } of samples) host.say(words.sample(JSON.stringify(prompt), JSON.stringify(text)));
  },
});
