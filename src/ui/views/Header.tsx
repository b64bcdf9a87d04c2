import { helpIsOpen } from '../state/help.ts';
import { EXPERIMENTS_HASH, INSTRUMENTS_HASH, RUN_HASH, view } from '../state/route.ts';
import { themeChoice, type ThemeChoice } from '../state/theme.ts';
import { isHidden } from '../state/lesson.ts';
import { text } from '../strings.ts';

const THEMES: readonly ThemeChoice[] = ['auto', 'light', 'dark'];

/** The sheets that are there to be turned to. */
const sheets = (
  [
    { name: 'run', hash: RUN_HASH },
    { name: 'experiments', hash: EXPERIMENTS_HASH },
    { name: 'instruments', hash: INSTRUMENTS_HASH },
  ] as const
).filter(({ name }) => name === 'run' || !isHidden(name));

export function Header() {
  return (
    <header class="header">
      <a class="skip" href="#chart">
        {text.skip}
      </a>
      <h1>{text.name}</h1>
      {sheets.length === 1 ? (
        <span />
      ) : (
        <nav aria-label={text.sheets.label}>
          {sheets.map(({ name, hash }) => (
            <a key={name} href={hash} aria-current={view.value === name ? 'page' : undefined}>
              {text.sheets[name]}
            </a>
          ))}
        </nav>
      )}
      <div class="tools">
        <label class="theme">
          <span class="note">{text.theme.label}</span>
          <select
            value={themeChoice.value}
            onChange={(event) => (themeChoice.value = event.currentTarget.value as ThemeChoice)}
          >
            {THEMES.map((choice) => (
              <option key={choice} value={choice}>
                {text.theme[choice]}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="quiet" onClick={() => (helpIsOpen.value = true)}>
          {text.help}
        </button>
      </div>
      {!isHidden('lead') && <p class="lead">{text.lead}</p>}
    </header>
  );
}
