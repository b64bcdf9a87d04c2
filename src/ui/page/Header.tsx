import { helpIsOpen } from './help.ts';
import { ALIGN_HASH, DATA_HASH, EXPERIMENTS_HASH, INSTRUMENTS_HASH, RUN_HASH, view } from './route.ts';
import { themeChoice, type ThemeChoice } from './theme.ts';
import { isHidden } from './lesson.ts';
import { classWords } from '../words/class.ts';
import { pageWords } from '../words/page.ts';

const THEMES: readonly ThemeChoice[] = ['auto', 'light', 'dark'];

/** The sheets that are there to be turned to. */
const sheets = (
  [
    { name: 'run', hash: RUN_HASH },
    { name: 'experiments', hash: EXPERIMENTS_HASH },
    { name: 'data', hash: DATA_HASH },
    { name: 'align', hash: ALIGN_HASH },
    { name: 'instruments', hash: INSTRUMENTS_HASH },
  ] as const
).filter(({ name }) => name === 'run' || !isHidden(name));

export function Header() {
  return (
    <header class="header">
      <a class="skip" href="#chart">
        {pageWords.skip}
      </a>
      <h1>{pageWords.name}</h1>
      {sheets.length === 1 ? (
        <span />
      ) : (
        <nav aria-label={pageWords.sheets.label}>
          {sheets.map(({ name, hash }) => (
            <a key={name} href={hash} aria-current={view.value === name ? 'page' : undefined}>
              {pageWords.sheets[name]}
            </a>
          ))}
          <a href="?lesson">{classWords.lessons}</a>
        </nav>
      )}
      <div class="tools">
        <label class="theme">
          <span class="note">{pageWords.theme.label}</span>
          <select
            value={themeChoice.value}
            onChange={(event) => (themeChoice.value = event.currentTarget.value as ThemeChoice)}
          >
            {THEMES.map((choice) => (
              <option key={choice} value={choice}>
                {pageWords.theme[choice]}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="quiet" onClick={() => (helpIsOpen.value = true)}>
          {pageWords.help}
        </button>
      </div>
      {!isHidden('lead') && <p class={`lead ${view.value === 'run' ? '' : 'wide-only'}`}>{pageWords.lead}</p>}
    </header>
  );
}
