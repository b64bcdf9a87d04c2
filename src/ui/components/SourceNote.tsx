/** What a statement stands on: a formula, and the work it is from, with a link. */
import { type Source, WORKS } from '../../config/option.ts';
import { text } from '../strings.ts';

interface Props {
  formula?: string;
  source?: Source;
}

export function SourceNote({ formula, source }: Props) {
  return (
    <span class="note">
      {formula && `${formula}. `}
      {source && <Work source={source} />}
    </span>
  );
}

function Work({ source: { from, where } }: { source: Source }) {
  const address = WORKS[from];
  const rest = where ? `, ${where}.` : '.';
  if (address === null) return <>{text.source.own + rest}</>;
  return (
    <>
      {text.source.label}
      <a href={address} target="_blank" rel="noreferrer">
        {from}
      </a>
      {rest}
    </>
  );
}
