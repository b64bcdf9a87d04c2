/** A place of the settings that takes what is dropped on it, and shows that it would. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

interface Props {
  take: (dropped: DataTransfer | null) => void;
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
        take(event.dataTransfer);
      }}
    >
      {children}
    </div>
  );
}
