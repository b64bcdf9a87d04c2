/** What text goes through the steps, and how: the crawl's seed, or the part that each source plays. */
import { ROLES } from '../../recipe/curation/dataReport.ts';
import { isHidden } from '../page/lesson.ts';
import { RUN_HASH } from '../page/route.ts';
import {
  cancel,
  choose,
  chosenSources,
  make,
  type Origin,
  origin,
  problem,
  report,
  roles,
  seed,
  sources,
  survivor,
  working,
} from './state.ts';
import { words } from './words.ts';

/** Seeds are any whole number; a hand is enough to try. */
const SEEDS = [1, 2, 3, 4, 5];

export function Choice() {
  const isCrawl = origin.value === 'crawl';
  return (
    <>
      <label class="field">
        {words.origin}
        <select value={origin.value} onChange={(event) => choose(event.currentTarget.value as Origin)}>
          <option value="crawl">{words.crawl}</option>
          <option value="text">{words.text}</option>
        </select>
      </label>
      {isCrawl ? (
        <label class="field">
          {words.seed}
          <select
            value={seed.value}
            onChange={(event) => {
              seed.value = Number(event.currentTarget.value);
              void make();
            }}
          >
            {SEEDS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      ) : (
        <Sources />
      )}
      <label class="field">
        {words.survivor}
        <select
          value={survivor.value}
          onChange={(event) => {
            survivor.value = event.currentTarget.value as 'older' | 'newer';
            if (isCrawl) void make();
          }}
        >
          <option value="older">{words.older}</option>
          <option value="newer">{words.newer}</option>
        </select>
      </label>
      <Progress />
    </>
  );
}

function Sources() {
  const own = sources.value.some(({ file }) => file !== null);
  const compared = chosenSources.value.some(({ role }) => role === 'clean');
  return (
    <fieldset class="sources-chosen">
      <legend>{words.sources}</legend>
      <p class="note">{words.rolesNote}</p>
      {sources.value.map(({ name, file, role }) => (
        <label key={name} class="field">
          {file ? words.ownSource(name) : name}
          <select
            value={role}
            onChange={(event) =>
              (roles.value = { ...roles.value, [name]: event.currentTarget.value as (typeof ROLES)[number] | 'out' })
            }
          >
            {([...ROLES, 'out'] as const).map((one) => (
              <option key={one} value={one}>
                {words.roles[one]}
              </option>
            ))}
          </select>
        </label>
      ))}
      {!own && !isHidden('files') && (
        <p class="note">
          {words.addOwn} <a href={RUN_HASH}>{words.addOwnLink}</a>
        </p>
      )}
      {!compared && <p class="note">{words.noClean}</p>}
    </fieldset>
  );
}

/** The way through, and what became of the last one. */
function Progress() {
  const now = working.value;
  return (
    <>
      <div class="buttons">
        {now ? (
          <button type="button" onClick={cancel}>
            {words.cancel}
          </button>
        ) : (
          <button
            type="button"
            class="primary"
            disabled={origin.value === 'text' && chosenSources.value.length === 0}
            onClick={() => void make()}
          >
            {report.value ? words.again : words.start}
          </button>
        )}
      </div>
      {now && <progress value={now.share > 0 ? now.share : undefined} max={1} aria-label={words.progress} />}
      <p class="note" role="status">
        {now && words.working(now.stage)}
      </p>
      {problem.value !== null && (
        <p class="problem" role="alert">
          {words.failed(problem.value)}
        </p>
      )}
    </>
  );
}
