/** A link to the shown experiment's rows, copied; where a browser does not let a page copy, shown to be copied by hand. */
import { useSignal } from '@preact/signals';
import { chosenHash } from '../state.ts';
import { words } from '../words.ts';
import { LONGEST_LINK, packRows } from './link.ts';
import { shownResults } from './shared.ts';

export function CopyLink() {
  const said = useSignal('');
  const byHand = useSignal('');
  const copy = async () => {
    byHand.value = '';
    const start = `${location.href.split('#')[0]}${chosenHash()}&rows=`;
    const made = await packRows(shownResults(), LONGEST_LINK - start.length);
    if (!made) {
      said.value = words.link.tooMany(LONGEST_LINK);
      return;
    }
    const link = start + made.packed;
    try {
      await navigator.clipboard.writeText(link);
      said.value = words.link.copied(link.length, made.isShort);
    } catch {
      byHand.value = link;
      said.value = words.link.notCopied(made.isShort);
    }
  };
  return (
    <>
      <button type="button" title={words.link.note} onClick={() => void copy()}>
        {words.link.copy}
      </button>
      <p class="note" role="status">
        {said.value}
      </p>
      {byHand.value && (
        <input
          type="text"
          readOnly
          aria-label={words.link.link}
          value={byHand.value}
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
      )}
    </>
  );
}
