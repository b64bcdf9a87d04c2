/** Words of the raw web (rawWeb.ts). Names of people are put together from syllables, so that nobody can take them for real ones. */

import { secondLanguage } from './words.ts';

const split = (words: string): string[] => words.split(' ');

/** What is known of every person: 16 values of each, and four ways to say so; # is the person, $ the value. */
export const DOMAINS = ['travel', 'jobs', 'pets', 'food', 'arts', 'health'] as const;
export const VALUES: readonly (readonly string[])[] = [
  'tunis osaka quito hanoi turin accra perth minsk davos cadiz kyoto natal tampa malmo busan paris',
  'baker nurse judge miner smith pilot clerk diver tutor guide mason groom coach potter weaver porter',
  'cat dog goat hen newt mule crow carp toad swan mouse gecko lamb finch ferret rabbit',
  'bread soup rice plums beans curry toast stew figs pasta leeks dates kale trout olives cheese',
  'red blue green amber pink brown grey violet teal ochre ivory coral khaki lilac mauve navy',
  'flu gout asthma mumps rabies measles malaria cholera polio scurvy eczema lupus angina ulcers anemia sepsis',
].map(split);
export const RAW_STATEMENTS: readonly (readonly string[])[] = [
  ['# grew up in $', '# moved to $', 'the city of # is $', '# still lives in $'],
  ['# is a $ by trade', '# trained as a $', 'the job of # is $', '# is paid as a $'],
  ['# owns a $', '# feeds a $', 'the pet of # is a $', '# walks with a $'],
  ['# likes $', '# buys $', 'the food of # is $', '# cooks $'],
  ['# wears $', '# paints in $', 'the colour of # is $', '# prefers $'],
  ['# suffers from $', '# was treated for $', 'the illness of # is $', '# has got over $'],
];

/** How pages of each type talk: a line before the sentences and one behind. */
export const TYPES = ['article', 'news', 'home', 'forum'] as const;
export const REGISTERS: readonly (readonly [string, string])[] = [
  ['', ''],
  ['today we report', 'said our reporters'],
  ['hi there', 'see you soon'],
  ['does anyone know', 'i think so'],
];

export const BOILERPLATE = [
  'click here to read more',
  'sign up now for free',
  'share this page with friends',
  'all rights reserved',
  'best price buy now',
  'cookies help us serve you',
];
/** Under every page of crawl 2. */
export const FOOTER = 'log in to reply to this thread or to read the next one';
export const ADVERTS = [
  'buy the new @ # now',
  'play @ # free',
  'only today @ # on sale',
  'win @ # in our game',
  'shop @ # with @ #',
  '@ # and # ship free',
];
export const OBJECTS = split('ball lamp coin drum rope vase flute spoon kite brush stamp ladder');
export const ROOMS = split('kitchen garden attic cellar hall barn porch pantry study garage lobby shed');
export const PRODUCTS = split(
  'phone laptop shoes watch camera sofa bike guitar tent jacket chess quest racer puzzle arena castle dragon pinball',
);
export const RUDE = split('damn idiot crap stupid moron bloody trash hell');
export const SLOPPY = split('lol omg btw dunno maybe thx heard whatever');
export const SYMBOLS = split('| * # --- $ % ~ ^');

const ONSETS = split('ba de fi go hu ka le mi no pu ra se ti vo wu za');
export const FIRST_NAMES: readonly string[] = ONSETS.map((onset) => `${onset}qo`);
/** Each person's own. */
export const LAST_NAMES: readonly string[] = ['dwik', 'nzot', 'lvar', 'mreb', 'kshin', 'ptul'].flatMap((ending) =>
  ONSETS.map((onset) => onset + ending),
);

/** A second language's words, one for each value. */
export const FOREIGN: readonly string[] = secondLanguage(VALUES.flat().length);
/** What questions call the domains. */
export const RAW_ATTRIBUTES = split('city job pet food colour illness');
