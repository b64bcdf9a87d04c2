/** `npm run recipe -- fetch --dataset OWNER/NAME --accept LICENCE --out FILE`: text of a HuggingFace data set as JSON lines. */
import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { fetchOnce, patient } from '../../data/remote/ask.ts';
import { datasetName, describeDataset, fetchDataset, HUGGING_FACE } from '../../data/remote/dataset.ts';
import type { Dataset } from '../../protocol.ts';
import { UserError } from '../../util/errors.ts';
import { command } from '../commands.ts';
import { INTERRUPTED } from '../host.ts';
import { number, place, text } from '../kinds.ts';
import { fetchWords as words } from '../words/models.ts';
import { commonWords } from '../words/common.ts';
import { asUserError } from '../writeFolder.ts';

export const fetchCommand = command({
  name: 'fetch',
  about: words.about,
  flags: {
    dataset: { kind: text('NAME'), about: words.dataset, required: true },
    config: { kind: text('NAME'), about: words.config },
    split: { kind: text('NAME'), about: words.split },
    megabytes: { kind: number(0.001, 250), about: words.megabytes },
    accept: { kind: text('LICENCE'), about: words.accept },
    hub: { kind: text('URL'), about: words.hub },
    out: { kind: place('FILE'), about: words.out, required: true },
  },
  example: 'fetch --dataset roneneldan/TinyStories --accept cdla-sharing-1.0 --out stories.jsonl',
  async run({ dataset, config, split, megabytes = 50, accept, hub, out }, host) {
    if (existsSync(out)) throw new UserError(words.exists(out));
    const servers = hub === undefined ? HUGGING_FACE : { hub, viewer: hub };
    const name = datasetName(dataset);
    const ask = patient(fetchOnce);
    const { ended } = host;
    const part = `${out}.part-${process.pid}`;
    let handle: number | null = null;
    try {
      // Where it cannot be written, nobody is asked for anything.
      handle = openSync(part, 'wx');
      const found = await describeDataset(ask, name, servers, ended);
      host.say(words.licence(found.name, found.licence, found.revision));
      const asStated = (found.licence ?? 'unstated').replaceAll(/\s+/g, '');
      if (accept !== asStated) throw new UserError(words.agree(asStated));
      const wanted = { ...splitOf(found, config, split), enough: megabytes * 1e6 };
      const to = handle;
      const take = (lines: string): void => void writeSync(to, lines);
      const tell = ({ bytes, rows }: { bytes: number; rows: number }): void => host.say(words.progress(bytes, rows));
      const { rows, by } = await fetchDataset(ask, found, wanted, take, tell, servers, ended);
      renameSync(part, out);
      host.say(words.done(out, rows, by));
      return 0;
    } catch (error) {
      if (ended.aborted) return INTERRUPTED;
      throw asUserError(error, commonWords.unwritable(out));
    } finally {
      if (handle !== null) {
        closeSync(handle);
        rmSync(part, { force: true });
      }
    }
  },
});

function splitOf({ splits }: Dataset, config?: string, split?: string): { config: string; split: string } {
  const of = splits.filter((one) => config === undefined || one.config === config);
  const chosen = of.find((one) => one.split === (split ?? 'train')) ?? (split === undefined ? of[0] : undefined);
  if (chosen) return chosen;
  const known = splits.map((one) => `${one.config}/${one.split}`).join(', ');
  throw new UserError(words.noSplit(config ?? 'any', split ?? 'any', known));
}
