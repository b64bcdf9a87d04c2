/** `npm run recipe -- export --run DIR --out DIR`: what a run has come to, as folders that others read. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { FolderFile } from '../../export/huggingface.ts';
import { exportSaved, savedAdapter, savedOptimizer } from '../../train/bases/exportModel.ts';
import type { ExportPart } from '../../protocol.ts';
import { prepareData } from '../../train/run/data.ts';
import { SavedRuns } from '../../train/saved/savedRuns.ts';
import { UserError } from '../../util/errors.ts';
import { command } from '../commands.ts';
import { fetchShard } from '../inputs.ts';
import { choice, folder, place } from '../kinds.ts';
import { NodeFiles } from '../node/files.ts';
import { checkFree } from '../outFolder.ts';
import { commonWords } from '../words/common.ts';
import { exportWords as words } from '../words/models.ts';
import { writeFolder } from '../writeFolder.ts';

export const exportCommand = command({
  name: 'export',
  about: words.about,
  flags: {
    run: { kind: folder, about: words.run, required: true },
    part: { kind: choice('model|adapter|optimizer', ['model', 'adapter', 'optimizer'] as const), about: words.part },
    out: { kind: place('DIR'), about: words.out, required: true },
  },
  example: 'export --run runs/smoke --out exported',
  async run({ run, part = 'model', out }, host) {
    checkFree(out);
    const finished = path.join(run, part);
    const files = existsSync(finished) ? filesIn(finished) : await lastSave(run, part);
    writeFolder(out, files);
    host.say(commonWords.written(out));
  },
});

const filesIn = (from: string): FolderFile[] =>
  readdirSync(from).map((name) => ({ name, bytes: new Uint8Array(readFileSync(path.join(from, name))) }));

/** Of a run that was interrupted. */
async function lastSave(run: string, part: ExportPart): Promise<FolderFile[]> {
  const saves = path.join(run, 'saves');
  if (!existsSync(saves)) {
    const isFinished = existsSync(path.join(run, 'model'));
    if (isFinished && part === 'optimizer') throw new UserError(words.noOptimizer(run));
    throw new UserError(isFinished && part === 'adapter' ? words.noAdapter(run) : words.noModel(run));
  }
  const runs = await SavedRuns.open(new NodeFiles(saves));
  const [listed] = await runs.list();
  if (!listed) throw new UserError(words.noModel(run));
  const { config, files, tokenizer, checkpoint } = await runs.read(listed.id);
  if (part === 'adapter') {
    if (!config.model.lora) throw new UserError(words.noAdapter(run));
    return savedAdapter(checkpoint);
  }
  if (part === 'optimizer') return savedOptimizer(checkpoint);
  // A tokenizer that was made from the text is made again.
  const made = tokenizer ?? (await prepareData(config, files, fetchShard, () => {}, null, checkpoint.part)).tokenizer;
  return exportSaved(checkpoint, made);
}
