/**
 * What a lesson's author put away or fixed, by the address: `?hide=files,queue&lock=seed,base,preset`; and `?embed=1`
 * leaves the figure with its buttons alone. It stands in the query, before the settings of the hash, so that both can be combined. A help for teaching and no lock on a door: the
 * reader can edit the address.
 */
import { BLENDS, OPTIONS } from '../../config/options.ts';
import { startWords } from '../words/start.ts';

/** Parts of the page that can be put away. */
export const PARTS = [
  'lead',
  'experiments',
  'data',
  'align',
  'instruments',
  'preset',
  'switch',
  'blends',
  'options',
  'files',
  'model',
  'queue',
  'runs',
  'axes',
  'samples',
  'machine',
  'estimate',
  'link',
] as const;
export type Part = (typeof PARTS)[number];

export interface Lesson {
  hidden: ReadonlySet<string>;
  locked: ReadonlySet<string>;
  /** One sentence for each name that means nothing here. */
  problems: string[];
}

/** Longest name worth repeating to the reader. */
const LONGEST = 40;

/** An option, the beginning of its key (base, base.schedule), or 'all'. */
function isKey(name: string): boolean {
  const options = [...OPTIONS, ...BLENDS].some(({ key }) => key === name || key.startsWith(`${name}.`));
  return options || name === 'all' || name === 'preset' || name === 'blends';
}

/** Reads the query of an address; nothing in it can start a run. */
export function readLesson(query: string): Lesson {
  const parameters = new URLSearchParams(query);
  const names = (parameter: string) =>
    parameters
      .getAll(parameter)
      .flatMap((value) => value.split(','))
      .map((name) => name.trim())
      .filter(Boolean);
  const problems: string[] = [];
  const known = (parameter: 'hide' | 'lock', isKnown: (name: string) => boolean) =>
    new Set(
      names(parameter).filter((name) => {
        if (isKnown(name)) return true;
        const shown = name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
        problems.push(
          startWords.lesson.unknown(parameter, shown, parameter === 'hide' ? PARTS : ['all', 'preset', 'blends']),
        );
        return false;
      }),
    );
  const isPart = (name: string) => PARTS.some((part) => part === name) || OPTIONS.some(({ key }) => key === name);
  return { hidden: known('hide', isPart), locked: known('lock', isKey), problems };
}

/** Whether a lock bears on an option, by its key, its section's, or all. */
export function locks(locked: ReadonlySet<string>, key: string): boolean {
  if (locked.has('all')) return true;
  const parts = key.split('.');
  return parts.some((_, i) => locked.has(parts.slice(0, i + 1).join('.')));
}

/** The page's own: an address does not change its query without a reload. Outside a page there is no address. */
const query = globalThis.location?.search ?? '';
export const lesson = readLesson(query);
/** A lesson of ours (src/ui/lessons), the presenter's view, the questions, or the class's results: another page than the trainer's. */
export const asksForLesson = ['lesson', 'present', 'quiz', 'class'].some((name) =>
  new URLSearchParams(query).has(name),
);
/**
 * The figure alone, to stand inside another page: where the address asks for it, and in any frame. What is around a frame can lie over
 * it and have somebody press what they do not see; nothing of the figure's own deletes anything.
 */
export const isEmbedded = new URLSearchParams(query).get('embed') === '1' || globalThis.top !== globalThis.window;
export const isHidden = (name: Part | (string & {})): boolean => isEmbedded || lesson.hidden.has(name);
export const isLocked = (key: string): boolean => locks(lesson.locked, key);
