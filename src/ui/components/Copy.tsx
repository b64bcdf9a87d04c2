/** A button that copies a text, and says whether it was let: over plain http browsers have no clipboard for a page. */
import { useSignal } from '@preact/signals';

interface Props {
  text: string;
  copy: string;
  copied: string;
  notCopied: string;
  /** Marks the text, to be copied by hand. */
  mark(): void;
}

export function Copy({ text, copy, copied, notCopied, mark }: Props) {
  const told = useSignal<{ of: string; said: string } | null>(null);
  const take = async () => {
    try {
      await navigator.clipboard.writeText(text);
      told.value = { of: text, said: copied };
    } catch {
      mark();
      told.value = { of: text, said: notCopied };
    }
  };
  return (
    <>
      <button type="button" onClick={() => void take()}>
        {copy}
      </button>{' '}
      <span role="status">{told.value?.of === text && told.value.said}</span>
    </>
  );
}
