import { useSignal } from '@preact/signals';
import { exportModel } from '../trainer.ts';
import { saveFile, zipped } from '../state/save.ts';
import { text } from '../strings.ts';

export function ExportModel() {
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);

  const save = async () => {
    busy.value = true;
    problem.value = null;
    try {
      saveFile(text.model.file, await zipped(await exportModel()));
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      busy.value = false;
    }
  };

  return (
    <div>
      <button type="button" disabled={busy.value} onClick={save}>
        {busy.value ? text.model.exporting : text.model.export}
      </button>
      <p class="note">{problem.value ?? text.model.exportNote}</p>
    </div>
  );
}
