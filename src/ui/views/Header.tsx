import { helpIsOpen } from '../state/help.ts';
import { EXPERIMENTS_HASH, RUN_HASH, view } from '../state/route.ts';
import { themeChoice, type ThemeChoice } from '../state/theme.ts';
import { isHidden } from '../state/lesson.ts';
import { text } from '../strings.ts';

const THEMES: readonly ThemeChoice[] = ['auto', 'light', 'dark'];

export function Header() {
  return (
    <header class="header">
      <a class="skip" href="#chart">
        {text.skip}
      </a>
      <h1>{text.name}</h1>
      {isHidden('experiments') ? (
        <span />
      ) : (
        <nav aria-label={text.sheets.label}>
          <a href={RUN_HASH} aria-current={view.value === 'run' ? 'page' : undefined}>
            {text.sheets.run}
          </a>
          <a href={EXPERIMENTS_HASH} aria-current={view.value === 'experiments' ? 'page' : undefined}>
            {text.sheets.experiments}
          </a>
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
