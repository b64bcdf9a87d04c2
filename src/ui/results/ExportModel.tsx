/** What a run leaves behind, as files: the model alone, or all of it. */
import { useSignal } from '@preact/signals';
import { exportModel } from '../trainer.ts';
import { hasWeights } from '../run/controls.ts';
import { history, isWatched, runConfig, runState } from '../run/run.ts';
import { saveFile, zipped } from './save.ts';
import { reportWords } from '../words/report.ts';
import { recipeWords } from '../words/recipe.ts';

export function ExportModel() {
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const withModel = !isWatched.value && hasWeights(runState.value, history.length);

  const save = async (name: string, files: () => Promise<{ name: string; bytes: Uint8Array }[]>) => {
    busy.value = true;
    problem.value = null;
    try {
      saveFile(name, await zipped(await files()));
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      busy.value = false;
    }
  };
  const kit = async () => {
    const [{ kitFiles }, { widths }] = await Promise.all([
      import('../../kits/kit.ts'),
      import('../instruments/widths.ts'),
    ]);
    const encoder = new TextEncoder();
    return kitFiles(runConfig.value!, undefined, widths.value ?? undefined).map(({ name, text }) => ({
      name,
      bytes: encoder.encode(text),
    }));
  };
  const everything = async () => (await import('./report.ts')).reportFiles(withModel);

  return (
    <div>
      {withModel && (
        <button
          type="button"
          disabled={busy.value}
          onClick={() => void save(recipeWords.model.file, () => exportModel())}
        >
          {busy.value ? recipeWords.model.exporting : recipeWords.model.export}
        </button>
      )}
      {withModel && runConfig.value?.model.lora && (
        <button
          type="button"
          disabled={busy.value}
          onClick={() => void save(recipeWords.model.adapterFile, () => exportModel('adapter'))}
        >
          {recipeWords.model.adapter}
        </button>
      )}
      <p class="note">{problem.value ?? (withModel && recipeWords.model.exportNote)}</p>
      <div class="buttons">
        <button
          type="button"
          class="quiet"
          disabled={busy.value}
          onClick={() => void save(reportWords.file, everything)}
        >
          {reportWords.save}
        </button>
        {withModel && (
          <button
            type="button"
            class="quiet"
            disabled={busy.value}
            onClick={() => void save(recipeWords.model.optimizerFile, () => exportModel('optimizer'))}
          >
            {recipeWords.model.optimizer}
          </button>
        )}
        {runConfig.value && (
          <button
            type="button"
            class="quiet"
            disabled={busy.value}
            onClick={() => void save(recipeWords.kit.file, kit)}
          >
            {recipeWords.kit.save}
          </button>
        )}
      </div>
      {runConfig.value && <p class="note">{recipeWords.kit.note}</p>}
    </div>
  );
}
