/** Runs that are kept: listed, deleted, opened again, watched in another tab. */
import type { TrainerApi } from '../../protocol.ts';
import { openFiles } from '../../storage/open.ts';
import { prepareData } from '../run/data.ts';
import { OpenedRun } from '../saved/opened.ts';
import { type Resumed, SavedRuns } from '../saved/savedRuns.ts';
import { watchElsewhere } from '../saved/tabs.ts';
import { open } from './device.ts';
import type { Session } from './session.ts';
import { endAll } from './turns.ts';

export const saved = (session: Session): NonNullable<Session['storage']> =>
  (session.storage ??= openFiles().then(async ({ files, notice }) => ({ runs: await SavedRuns.open(files), notice })));

type Command =
  | ('savedRuns' | 'savedConfig' | 'deleteSaved' | 'restoreSaved' | 'emptyDeleted')
  | ('saveSoon' | 'openSaved' | 'watchSaved' | 'unwatch' | 'claimSaved');

export function savedCommands(session: Session): Pick<TrainerApi, Command> {
  const theRuns = async (): Promise<SavedRuns> => (await saved(session)).runs;
  return {
    savedRuns: async () => (await theRuns()).listed(),
    savedConfig: async (id) => (await theRuns()).config(id),
    deleteSaved: async (ids, at) => (await theRuns()).delete(ids, at),
    restoreSaved: async (ids) => (await theRuns()).restore(ids),
    emptyDeleted: async () => (await theRuns()).emptyDeleted(),
    async saveSoon(leaving) {
      session.keeping?.want();
      if (leaving) session.current?.leave();
    },
    async openSaved(id) {
      await endAll(session);
      const prepare = ({ config, files, tokenizer, checkpoint }: Resumed) =>
        prepareData(config, files, session.fetchBytes, () => {}, tokenizer && { tokenizer }, checkpoint.part);
      const { run, shown } = await OpenedRun.open(id, await theRuns(), () => open(session), prepare);
      session.run?.destroy();
      session.run = run;
      return shown;
    },
    async watchSaved(id, onEvents) {
      session.watching?.abort();
      const { signal } = (session.watching = new AbortController());
      const runs = await theRuns();
      await watchElsewhere(id, () => runs.recorded(id), onEvents, signal);
    },
    async unwatch() {
      session.watching?.abort();
    },
    claimSaved: async (id) => (await theRuns()).claim(id),
  };
}
