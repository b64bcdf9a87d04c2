/** A place of the settings that takes what is dropped on it, and shows that it would. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

/** Asked for at once: when the drop is over the browser knows it no more. */
export interface Dropped {
  files: readonly File[];
  /** Files and folders, where the browser tells them apart. */
  entries: readonly FileSystemEntry[];
}

interface Props {
  take: (dropped: Dropped) => void;
  children: ComponentChildren;
}

export function DropZone({ take, children }: Props) {
  const over = useSignal(false);
  return (
    <div
      class={`drop stack-2 ${over.value ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        const { files, items } = event.dataTransfer ?? { files: [], items: [] };
        take({
          files: [...files],
          entries: [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null),
        });
      }}
    >
      {children}
    </div>
  );
}
