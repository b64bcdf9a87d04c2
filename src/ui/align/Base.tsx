/** Where an alignment begins. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { ModelFile } from '../../protocol.ts';
import type { AlignBase } from '../../recipe/alignApi.ts';
import { filesOf } from '../model/ownModel.ts';
import { runConfig, runState } from '../run/run.ts';
import { exportModel } from '../trainer.ts';
import { baseRows, forget, open, opened, problem, unkept, work } from './state.ts';
import { words } from './words.ts';

type Kind = 'shipped' | 'train' | 'own' | 'folder';

/** Of a folder, or a .zip of one: the files that make a model. */
const readAll = async (list: readonly File[]): Promise<ModelFile[]> =>
  Promise.all(
    (await filesOf(list)).map(async ({ name, bytes }) => ({ name, bytes: new Uint8Array(await bytes.arrayBuffer()) })),
  );

/** The worlds a base can be trained for; any whole number would do. */
const SEEDS = [1, 2, 3, 4, 5];

export function Base() {
  const id = useId();
  const kind = useSignal<Kind>('shipped');
  const seed = useSignal(1);
  const files = useSignal<File[]>([]);
  const hasRun =
    runConfig.value !== null && !['idle', 'preparing', 'compiling', 'failed'].includes(runState.value.kind);
  const kinds: Kind[] = ['shipped', 'train', ...(hasRun ? (['own'] as const) : []), 'folder'];
  const names: Record<Kind, string> = {
    shipped: words.shipped,
    train: words.train,
    own: words.own,
    folder: words.folder,
  };
  const notes: Record<Kind, string> = {
    shipped: words.shippedNote,
    train: words.trainNote,
    own: words.ownNote,
    folder: words.ownNote,
  };
  const chosen = async (): Promise<AlignBase> => {
    if (kind.value === 'shipped') return { kind: 'shipped' };
    if (kind.value === 'train') return { kind: 'train', seed: seed.value };
    const read: ModelFile[] = kind.value === 'own' ? await exportModel() : await readAll(files.value);
    if (read.length === 0) throw new Error(words.noFolder);
    return { kind: 'folder', name: names[kind.value], files: read };
  };
  const begin = async () => {
    try {
      await open(await chosen(), names[kind.value]);
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  const isOpening = work.value?.stage === 'base';
  return (
    <section class="stack-2">
      <label class="field" for={`${id}-kind`}>
        {words.base}
      </label>
      <select
        id={`${id}-kind`}
        value={kind.value}
        onChange={(event) => (kind.value = event.currentTarget.value as Kind)}
      >
        {kinds.map((one) => (
          <option key={one} value={one}>
            {names[one]}
          </option>
        ))}
      </select>
      <p class="note">{notes[kind.value]}</p>
      {kind.value === 'train' && (
        <label class="field">
          {words.seed}
          <select value={seed.value} onChange={(event) => (seed.value = Number(event.currentTarget.value))}>
            {SEEDS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      )}
      {kind.value === 'folder' && (
        <label>
          {words.folderLabel}
          <input
            class="plain"
            type="file"
            multiple
            accept=".json,.safetensors,.zip"
            onChange={(event) => (files.value = [...(event.currentTarget.files ?? [])])}
          />
        </label>
      )}
      <div class="buttons">
        <button
          type="button"
          class={opened.value ? '' : 'primary'}
          disabled={work.value !== null}
          onClick={() => void begin()}
        >
          {words.open}
        </button>
        {opened.value && (
          <button type="button" class="quiet" disabled={work.value !== null} onClick={() => void forget()}>
            {words.forget}
          </button>
        )}
      </div>
      <p class="note" role="status">
        {isOpening
          ? `${words.working[work.value!.work]}${baseRows.value > 0 ? `: ${words.baseSteps(baseRows.value)}` : ' …'}`
          : opened.value && words.isOpen(opened.value.name, opened.value.parameters, opened.value.machine)}
      </p>
      {opened.value && <p class="note">{unkept.value === null ? words.openNote : words.unkept(unkept.value)}</p>}
    </section>
  );
}
