/** A run's conclusion in sentences, the same on the page and in a terminal. */
import { type Change, CLEAR, type Conclusion, type Jump } from './conclusion.ts';
import { signed } from '../statistics.ts';

const nats = (value: number) => value.toFixed(3);
/** It would be told as 0.000. */
const isNothing = (change: number) => Number(nats(Math.abs(change))) === 0;
const step = (value: number) => value.toLocaleString('en');
/** Names told one by one; more would hide the sentence. */
const NAMED = 3;
const named = (sources: readonly string[]) =>
  sources.length <= NAMED
    ? sources.join(', ')
    : `${sources.slice(0, NAMED).join(', ')} and ${sources.length - NAMED} more`;

/** Sentences in the order of their weight; the first is the finding. */
export function conclusionSentences(conclusion: Conclusion): string[] {
  if (conclusion.kind === 'unswitched') {
    const { why, from, end, all } = conclusion;
    const reason = {
      'one-blend': 'This run has no QA blend, so there is no switch to judge.',
      'same-blend': 'The general and the QA blend are the same, so nothing switched.',
      unmeasured: 'The QA sources were not measured at the switch, so it cannot be judged.',
    }[why];
    return [
      `From step ${step(from)} to ${step(end)} the held-out loss ${moved(all, 'of all sources')}.`,
      reason,
      ...noise([all]),
    ];
  }
  const { added, raised, rest, jump, step: at } = conclusion;
  const group = added
    ? `of the QA sources (${named(raised.sources)})`
    : `of the sources the QA blend raises (${named(raised.sources)})`;
  return [
    `Since the switch at step ${step(at)} the held-out loss ${moved(raised, group)}` +
      (rest ? `; that ${moved(rest, `of the other sources (${named(rest.sources)})`)}.` : '.'),
    ...noise(rest ? [raised, rest] : [raised]),
    ...(jump && !isNothing(jump.after - jump.before) ? [jumped(jump)] : []),
  ];
}

/** "of … fell by 0.412 ± 0.031 nats a token, from 3.214 to 2.802". */
function moved({ before, after, change, error }: Change, group: string): string {
  const range = `from ${nats(before)} to ${nats(after)}`;
  const plusMinus = error === null ? '' : ` ± ${nats(error)}`;
  if (isNothing(change)) return `${group} did not change (${nats(0)}${plusMinus} nats a token), and is ${nats(after)}`;
  if (error !== null && Math.abs(change) < CLEAR * error)
    return `${group} hardly moved: ${signed(change, 3)}${plusMinus} nats a token, ${range}`;
  return `${group} ${change < 0 ? 'fell' : 'rose'} by ${nats(Math.abs(change))}${plusMinus} nats a token, ${range}`;
}

/** What the noise is, or why it is not known. */
function noise(changes: readonly Change[]): string[] {
  const known = changes.filter(({ error }) => error !== null);
  const rows = known.map((change) => change.rows).join(' and ');
  return [
    ...(known.length > 0
      ? [
          `± is the standard error over the ${rows} held-out rows, the same at every measurement; another seed may differ by more.`,
        ]
      : []),
    ...(known.length < changes.length
      ? ['Without ± the noise is not known: that takes at least two held-out rows of every source.']
      : []),
  ];
}

function jumped({ before, after, mix }: Jump): string {
  const way = after > before ? 'rose' : 'fell';
  const explained =
    mix !== null &&
    !isNothing(mix.after - mix.before) &&
    Math.sign(mix.after - mix.before) === Math.sign(after - before);
  return (
    `At the switch the training loss ${way} from ${nats(before)} to ${nats(after)}` +
    (explained
      ? ` because the text changed: on held-out text the same weights have ${nats(mix.before)} on the old mix and ` +
        `${nats(mix.after)} on the new one, which is ${after > before ? 'harder' : 'easier'}.`
      : ', measured on another mix of text before and after: the two do not compare.')
  );
}
