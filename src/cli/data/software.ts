/** What programmers write: API documentation, program text, licences. */
import {
  filesBelow,
  fraction,
  licences,
  licenceTexts,
  packageText,
  packageVersion,
  plainSpaces,
  upTo,
} from './shard.ts';
import type { Shard } from './shard.ts';

const NODE = '@types/node';
const MATHJS = 'mathjs';
const SPDX = 'spdx-license-list';

/** A comment shorter than this says little by itself. */
const SHORTEST_COMMENT = 160;

export function docs(): Shard {
  const documents = new Set<string>();
  for (const file of filesBelow(NODE, '.', '.d.ts')) {
    // Versions for old compilers repeat the same comments.
    if (/^(ts\d|web-globals|compatibility)/.test(file)) continue;
    const text = packageText(NODE, file);
    for (const match of text.matchAll(/\/\*\*\n([\s\S]*?)\*\/\s*([^\n]*)/g)) {
      const comment = plainComment(match[1]!);
      const declaration = plainSpaces(match[2]!);
      if (comment.length >= SHORTEST_COMMENT) documents.add(`${declaration}\n\n${comment}`.trim());
    }
  }
  return {
    name: 'docs',
    label: 'Node.js API documentation',
    kind: 'general',
    licence: 'MIT',
    citation: `Type definitions for Node.js, DefinitelyTyped contributors; ${packageVersion(NODE)}`,
    changes:
      `Documentation comments of ${SHORTEST_COMMENT} characters or more, each below the line it documents, ` +
      'without comment marks.',
    licenceText: packageText(NODE, 'LICENSE'),
    documents: [...documents],
  };
}

/** A comment's text: the stars before its lines gone, links as plain names. */
const plainComment = (comment: string) =>
  comment
    .replace(/^[ \t]*\* ?/gm, '')
    .replace(/\{@link ([^}\s]+)[^}]*\}/g, '$1')
    .trim();

export function code(): Shard {
  const folders = ['function', 'utils'];
  return {
    name: 'code',
    label: 'mathjs source',
    kind: 'general',
    licence: 'Apache-2.0',
    citation: `Math.js, Jos de Jong and contributors; ${packageVersion(MATHJS)}`,
    changes: `The ES modules of lib/esm/${folders.join(' and lib/esm/')} as published, one document a file.`,
    licenceText: `${packageText(MATHJS, 'NOTICE')}\n\n${packageText(MATHJS, 'LICENSE')}`,
    documents: folders.flatMap((folder) =>
      filesBelow(MATHJS, `lib/esm/${folder}`, '.js').map((file) => packageText(MATHJS, 'lib/esm', folder, file).trim()),
    ),
  };
}

/** Licences longer than this would be a large part of the shard each. */
const LONGEST_LICENCE = 20_000;
/** Some licences give their author's address. */
const ADDRESS = /\S@\w+\.\w/;
const LEGAL_CHARACTERS = 1_200_000;

export function legal(): Shard {
  const texts = Object.entries(licences)
    .filter(([, { licenseText }]) => licenseText.length <= LONGEST_LICENCE && !ADDRESS.test(licenseText))
    .map(([id, { licenseText }]) => ({ order: fraction(id), text: licenseText.replaceAll('\r\n', '\n').trim() }))
    .sort((a, b) => a.order - b.order);
  return {
    name: 'legal',
    label: 'Licence texts, many nearly alike',
    kind: 'general',
    licence: 'CC0-1.0',
    citation: `SPDX licence list; ${packageVersion(SPDX)}`,
    changes:
      `A fixed choice of licences of at most ${LONGEST_LICENCE} characters without mail addresses, ` +
      `${LEGAL_CHARACTERS} characters in all. ` +
      'It stands for the repetitive, low-quality part of a web crawl and is no crawl.',
    licenceText: licenceTexts('CC0-1.0'),
    documents: upTo(
      LEGAL_CHARACTERS,
      texts.map(({ text }) => text),
    ),
  };
}
