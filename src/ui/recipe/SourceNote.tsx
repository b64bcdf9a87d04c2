/** What a statement stands on: a formula, and the work it is from, with a link. */
import { type SettingSource, WORKS } from '../../config/option.ts';
import { pageWords } from '../words/page.ts';

interface Props {
  formula?: string;
  source?: SettingSource;
}

export function SourceNote({ formula, source }: Props) {
  return (
    <span class="note">
      {formula && `${formula}. `}
      {source && <Work source={source} />}
    </span>
  );
}

function Work({ source: { from, where } }: { source: SettingSource }) {
  const address = WORKS[from];
  const rest = where ? `, ${where}.` : '.';
  if (address === null) return <>{pageWords.source.own + rest}</>;
  return (
    <>
      {pageWords.source.label}
      <a href={address} target="_blank" rel="noreferrer">
        {from}
      </a>
      {rest}
    </>
  );
}
