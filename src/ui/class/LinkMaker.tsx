/** Makes a link for a class: which settings it carries, what it puts away and what it fixes; to copy, or to scan. */
import { signal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { OPTIONS, type Section } from '../../config/options.ts';
import { PRESETS } from '../../config/presets.ts';
import { encodeHash } from '../../config/url.ts';
import { Copy } from '../components/Copy.tsx';
import { PARTS } from '../page/lesson.ts';
import { config, preset } from '../recipe/config.ts';
import { SharedRuns } from '../runs/shared/SharedRuns.tsx';
import { classLinkWords as words } from '../words/classLink.ts';
import { classLink } from './link.ts';
import { Qr } from './Qr.tsx';
import '../style/lessons.css';
import '../style/classroom.css';
import '../style/presenter.css';
import '../style/paper.css';

/** What a pupil's page goes without unless it is asked for: the form itself. */
const hidden = signal<ReadonlySet<string>>(new Set(['link']));
const locked = signal<ReadonlySet<string>>(new Set());
/** Signs that a QR code of medium correction holds and a projector still shows legibly: version 25 (ISO/IEC 18004). */
const LONGEST_QR = 997;

const LOCKS = Object.keys(words.locks) as (keyof typeof words.locks)[];
const SECTIONS = [...new Set<Section>(OPTIONS.map(({ section }) => section))];

function set(names: typeof hidden, name: string, isIn: boolean): void {
  const others = [...names.value].filter((one) => one !== name);
  names.value = new Set(isIn ? [...others, name] : others);
}

export function LinkMaker() {
  const chosen = useSignal('');
  const field = useRef<HTMLInputElement>(null);
  const settings = PRESETS.find(({ name }) => name === chosen.value)?.config ?? config.value;
  const link = classLink(location.href.split(/[?#]/)[0]!, {
    ...{ hidden: [...hidden.value], locked: [...locked.value] },
    hash: encodeHash(settings),
  });
  return (
    <div class="link-maker stack-4">
      <p class="note">{words.about}</p>
      <label>
        {words.preset}{' '}
        <select value={chosen.value} onChange={({ currentTarget }) => (chosen.value = currentTarget.value)}>
          <option value="">{words.asSet(preset.value)}</option>
          {PRESETS.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <fieldset>
        <legend>{words.hide}</legend>
        {PARTS.map((part) => (
          <Box key={part} names={hidden} name={part} label={words.parts[part]} />
        ))}
      </fieldset>
      <fieldset>
        <legend>{words.fix}</legend>
        {LOCKS.map((lock) => (
          <Box key={lock} names={locked} name={lock} label={words.locks[lock]} />
        ))}
      </fieldset>
      <details>
        <summary>{words.single}</summary>
        {SECTIONS.map((section) => (
          <fieldset key={section}>
            <legend>{section}</legend>
            {OPTIONS.filter((option) => option.section === section).map(({ key, label }) => (
              <Use key={key} name={key} label={label} />
            ))}
          </fieldset>
        ))}
      </details>
      <label>
        {words.link}
        <input ref={field} type="text" readOnly value={link} onFocus={({ currentTarget }) => currentTarget.select()} />
      </label>
      <div class="buttons">
        <Copy
          text={link}
          copy={words.copy}
          copied={words.copied}
          notCopied={words.notCopied}
          mark={() => field.current?.select()}
        />
      </div>
      {link.length > LONGEST_QR ? <p class="note">{words.tooLong}</p> : <Qr text={link} label={words.qr} side={224} />}
      <SharedRuns />
    </div>
  );
}

function Box({ names, name, label }: { names: typeof hidden; name: string; label: string }) {
  return (
    <label class="option-line">
      <input
        type="checkbox"
        checked={names.value.has(name)}
        onChange={({ currentTarget }) => set(names, name, currentTarget.checked)}
      />{' '}
      {label}
    </label>
  );
}

/** One setting: free, fixed, or put away. */
function Use({ name, label }: { name: string; label: string }) {
  const use = hidden.value.has(name) ? 'hidden' : locked.value.has(name) ? 'locked' : 'free';
  return (
    <label class="use">
      {label}{' '}
      <select
        value={use}
        onChange={({ currentTarget: { value } }) => {
          set(hidden, name, value === 'hidden');
          set(locked, name, value === 'locked');
        }}
      >
        {Object.entries(words.uses).map(([one, said]) => (
          <option key={one} value={one}>
            {said}
          </option>
        ))}
      </select>
    </label>
  );
}
