/** What a link's rows are, before they are among those here: two buttons, and a sentence for what came of it. */
import { seedsIn } from '../results.ts';
import { canChange } from '../state.ts';
import { words } from '../words.ts';
import { counted, leaveOffered, offered, takeOffered, told } from './offer.ts';
import { changedSettings } from './shared.ts';

export function OfferedRows() {
  const from = offered.value;
  return (
    <>
      {from && (
        <section class="message stack-2" aria-label={words.link.heading}>
          <h2>{words.link.heading}</h2>
          <p>
            {words.link.offer(from.experiments, from.config.preset, from.rows.length, seedsIn(from.rows), from.devices)}
          </p>
          <p>{words.link.counted(counted(from))}</p>
          {changedSettings(from.config).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          <div class="buttons">
            <button type="button" class="primary" disabled={!canChange.value} onClick={() => void takeOffered()}>
              {words.link.take}
            </button>
            <button type="button" onClick={leaveOffered}>
              {words.link.leave}
            </button>
          </div>
        </section>
      )}
      <div role="status">
        {told.value.map((sentence) => (
          <p key={sentence} class="note">
            {sentence}
          </p>
        ))}
      </div>
    </>
  );
}
