/** A field for an address, what lies there, and the button that has it fetched. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Remote } from 'comlink';
import type { FetcherApi } from '../../protocol.ts';
import { inFrame } from './fetcher.ts';
import { words } from './words.ts';

type Fetcher = Remote<FetcherApi>;

/** Has something fetched: `size`, null where it is not known, is told while it comes. */
export type Fetch = <T>(
  size: number | null,
  load: (fetcher: Fetcher, take: (bytes: number) => void) => Promise<T>,
  use: (loaded: T) => unknown,
) => void;

interface Props<Found> {
  label: string;
  look: (fetcher: Fetcher, address: string) => Promise<Found>;
  /** What was found, with its button. */
  children: (found: Found, fetch: Fetch) => ComponentChildren;
}

/** Nothing is under way. */
type Resting<Found> = ({ kind: 'asking' } | { kind: 'found'; found: Found }) & { problem?: string };
type State<Found> = Resting<Found> | { kind: 'looking' } | { kind: 'fetching'; bytes: number; size: number | null };

export function Address<Found>(props: Props<Found>) {
  return import.meta.env.MODE === 'one-file' ? <p class="note">{words.notHere}</p> : <Asking {...props} />;
}

function Asking<Found>({ label, look, children }: Props<Found>) {
  const id = useId();
  const address = useSignal('');
  const state = useSignal<State<Found>>({ kind: 'asking' });
  const work = useRef<AbortController | null>(null);
  useEffect(() => () => work.current?.abort(), []);

  /** The state when it has come, and that it goes back to when it has not. */
  const run = async (
    under: State<Found>,
    back: Resting<Found>,
    act: (signal: AbortSignal) => Promise<Resting<Found>>,
  ) => {
    const ended = (work.current = new AbortController());
    state.value = under;
    try {
      state.value = await act(ended.signal);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      state.value = ended.signal.aborted ? back : { ...back, problem };
    }
  };
  const lookAt = () =>
    run({ kind: 'looking' }, { kind: 'asking' }, async (signal) => {
      return { kind: 'found', found: await inFrame((fetcher) => look(fetcher, address.value), signal) };
    });
  const fetch: Fetch = (size, load, use) => {
    const back = state.value as Resting<Found>; // its button is there then
    const take = (bytes: number) => {
      if (state.value.kind === 'fetching') state.value = { kind: 'fetching', bytes, size };
    };
    void run({ kind: 'fetching', bytes: 0, size }, back, async (signal) => {
      use(await inFrame((fetcher) => load(fetcher, take), signal));
      return { kind: 'asking' };
    });
  };

  const now = state.value;
  const busy = now.kind === 'looking' || now.kind === 'fetching';
  return (
    <div class="stack-2">
      <form
        class="stack-2"
        onSubmit={(event) => {
          event.preventDefault();
          void lookAt();
        }}
      >
        <label for={id}>{label}</label>
        <input
          id={id}
          type="text"
          inputMode="url"
          autoComplete="off"
          spellcheck={false}
          required
          placeholder={words.textHint}
          aria-describedby={`${id}-note`}
          disabled={busy}
          value={address.value}
          onInput={({ currentTarget }) => {
            address.value = currentTarget.value;
            if (state.value.kind !== 'asking' || state.value.problem) state.value = { kind: 'asking' };
          }}
        />
        <p class="note" id={`${id}-note`}>
          {words.note}
        </p>
        {!busy && (
          <div class="buttons">
            <button type="submit">{words.look}</button>
          </div>
        )}
      </form>
      {busy && (
        <>
          {now.kind === 'fetching' && <progress value={now.size ? now.bytes / now.size : undefined} />}
          <p class="note" role="status">
            {now.kind === 'looking' ? words.looking : words.fetching(now.bytes, now.size)}
          </p>
          <div class="buttons">
            <button type="button" class="quiet" onClick={() => work.current?.abort()}>
              {words.cancel}
            </button>
          </div>
        </>
      )}
      {!busy && now.problem && (
        <p class="problem" role="alert">
          {now.problem}
        </p>
      )}
      {now.kind === 'found' && children(now.found, fetch)}
    </div>
  );
}

/** Facts about what was found, in the form in which an own model's are told. */
export function Facts({ name, facts }: { name: string; facts: readonly (readonly [name: string, value: string])[] }) {
  return (
    <>
      <p>
        <b>{name}</b>
      </p>
      <dl class="facts">
        {facts.map(([fact, value]) => (
          <div key={fact}>
            <dt>{fact}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
