/** `?embed=1`: the figure with its buttons, to stand inside another page, and the way to all the rest. */
import { encodeHash } from '../../config/url.ts';
import { AlertRoom } from '../alerts/AlertRoom.tsx';
import { announced } from './announce.ts';
import { config, conflicts } from '../recipe/config.ts';
import { machine } from '../trainer.ts';
import { pageWords } from '../words/page.ts';
import { Commands } from '../run/Commands.tsx';
import { Figure } from '../chart/Figure.tsx';
import { NoGpu } from '../machine/NoGpu.tsx';

/** The same recipe on the whole page, what a lesson hides there included. */
function wholePage(): string {
  const query = new URLSearchParams(location.search);
  query.delete('embed');
  return `${location.pathname}${query.size > 0 ? `?${query}` : ''}${encodeHash(config.value)}`;
}

export function Embedded() {
  const none = machine.value.kind === 'none' ? machine.value : null;
  const processor = machine.value.kind === 'ready' ? machine.value.adapter.processor : undefined;
  return (
    <main class="embedded stack-4">
      <h1 class="visually-hidden">{pageWords.name}</h1>
      <div class="buttons">
        <Commands />
        <a href={wholePage()} target="_blank" rel="noopener">
          {pageWords.embed.whole}
        </a>
      </div>
      {conflicts.value.map((sentence) => (
        <p key={sentence} class="problem" role="alert">
          {sentence}
        </p>
      ))}
      {none && <NoGpu cause={none.cause} message={none.message} />}
      {processor?.alone && <p class="note">{pageWords.embed.alone}</p>}
      <AlertRoom />
      <Figure />
      <p class="visually-hidden" role="status">
        {announced.value}
      </p>
    </main>
  );
}
