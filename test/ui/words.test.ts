/** The page's words lie apart from its code, the help lists every key, and nothing moves for a reader who asked for rest. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pageWords } from '../../src/ui/words/page.ts';
import { nodesOf, type SyntaxNode } from '../syntax.ts';

/** Where a node stands in its file. */
interface Span {
  start: number;
  end: number;
}
const isWithin = (node: Span, outer: Span): boolean => node.start >= outer.start && node.end <= outer.end;

const folder = path.resolve(import.meta.dirname, '../../src/ui');
const files = (ending: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => ({ name, source: readFileSync(path.join(folder, name), 'utf8') }));

/** Attributes whose text a reader sees or hears. */
const SPOKEN = new Set(['title', 'aria-label', 'aria-valuetext', 'alt', 'label', 'placeholder']);

test('no component has words of its own: all are in the files that a translation replaces', () => {
  const found = files(/\.tsx$/).flatMap(({ name, source }) => {
    return nodesOf(name, source).flatMap((node): string[] => {
      const { name: attributeName } = (node.name ?? {}) as SyntaxNode; // in JSX a name is a node
      const attribute =
        node.type === 'JSXAttribute' && SPOKEN.has(attributeName ?? '') ? (node.value as SyntaxNode | null) : null;
      const said = node.type === 'JSXText' ? node.value : attribute?.type === 'Literal' ? attribute.value : '';
      return typeof said === 'string' && /\p{L}{2}/u.test(said) ? [`${name}: ${said.trim()}`] : [];
    });
  });
  expect(found).toEqual([]);
});

/** Where a reader's sentences lie: the words of each part, and the way numbers are written. */
const CATALOGUES = /(^|\/)words(\/|\.ts$)|^format\.ts$/;
/** Three words in a row are a sentence; what has signs of code in it (a selector, a style) is none. */
const isSentence = (said: string) => /\p{L}{2,}[,:]? \p{L}+[,:]? \p{L}{2}/u.test(said) && !/[=[({]/.test(said);
/** What no reader sees: an error of our own making, classes of CSS, words looked for in a sentence of recipe/. */
const UNSEEN =
  /^(confine\.ts: A worker of this page|oneFile\.ts: |.*: picture findings|.*: paper report|experiments\/Findings\.tsx: no seed in common)/;

/** What a literal, or a piece of a template, says. */
const saidBy = ({ type, value }: SyntaxNode): string[] => {
  const said = type === 'Literal' ? value : type === 'TemplateElement' ? (value as { cooked: string }).cooked : '';
  return typeof said === 'string' ? [said] : [];
};
/** Everything that a file of source says. */
const saidIn = (name: string, source: string): string[] => nodesOf(name, source).flatMap(saidBy);

test('every sentence of the page is in one of its catalogues', () => {
  const found = files(/\.tsx?$/)
    .filter(({ name }) => !CATALOGUES.test(name))
    .flatMap(({ name, source }) =>
      saidIn(name, source)
        .filter(isSentence)
        .map((said) => `${name}: ${said}`),
    );
  expect(found.filter((one) => !UNSEEN.test(one))).toEqual([]);
});

test('every sentence of the terminal is in the catalogue of its command', () => {
  const cli = path.resolve(folder, '../cli');
  const found = readdirSync(cli, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll(path.sep, '/'))
    // What builds the shards, installs and tests speaks to those who work on the project.
    .filter((name) => name.endsWith('.ts') && !/^(words|data|node)\//.test(name))
    .flatMap((name) =>
      saidIn(name, readFileSync(path.join(cli, name), 'utf8'))
        .filter((said) => isSentence(said) && !said.trim().startsWith('npm run recipe --'))
        .map((said) => `${name}: ${said}`),
    );
  expect(found).toEqual([]);
});

test('every sentence in which something is refused is in the catalogue of src/words, or in that of page or terminal', () => {
  const root = path.resolve(folder, '..');
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) => {
      const nodes = nodesOf(name, readFileSync(path.join(root, name), 'utf8'));
      return nodes
        .filter(({ type, callee }) => type === 'NewExpression' && callee?.name === 'UserError')
        .flatMap(({ arguments: [message] = [] }) => nodes.filter((node) => isWithin(node as Span, message as Span)))
        .flatMap(saidBy)
        .filter((said) => /\p{L}{2,}[,:]? \p{L}+/u.test(said))
        .map((said) => `${name}: ${said}`);
    });
  expect(found).toEqual([]);
});

test('the help lists every key that does something', () => {
  const listed = pageWords.keys.list.map(([keys]) => keys).join(' ');
  const shown: Record<string, string> = {
    ' ': 'Space',
    Escape: 'Esc',
    ArrowRight: '→',
    ArrowLeft: '←',
    '-': '−',
    '=': '+',
  };
  const handled = files(/(page\/keys|chart\/Figure|page\/Tour|page\/tips)\.tsx?$/).flatMap(({ source }) =>
    [...source.matchAll(/\bkey === '([^']+)'/g)].map((match) => match[1]!),
  );
  expect(new Set(handled).size).toBeGreaterThan(9);
  for (const key of handled) expect(listed, key).toContain(shown[key] ?? key);
});

test('what moves, moves only where the reader has not asked for less', () => {
  for (const { name, source } of files(/\.css$/)) {
    // Every block that allows motion, taken out: nothing may be left that moves.
    const rest = source.replace(/@media \(prefers-reduced-motion: no-preference\) \{(?:[^{}]*\{[^{}]*\})*\s*\}/g, '');
    expect(rest, name).not.toMatch(/\b(transition|animation|scroll-behavior)\b/);
  }
  for (const { name, source } of files(/\.tsx?$/)) expect(source, name).not.toMatch(/behavior: 'smooth'|\.animate\(/);
});

/** Where commands belong: the terminal's own files, and the files of a launch kit, which are run in a terminal. */
const FOR_TERMINALS = /^(cli|kits)\//;

test('no command of the terminal is in a message that the page can show', () => {
  const root = path.resolve(folder, '..');
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !FOR_TERMINALS.test(name))
    .flatMap((name) => {
      return nodesOf(name, readFileSync(path.join(root, name), 'utf8')).flatMap(({ type, value }): string[] => {
        const said =
          type === 'Literal' ? value : type === 'TemplateElement' ? (value as { cooked: string }).cooked : '';
        // An option stands after a word, a custom property of CSS alone or in brackets.
        return typeof said === 'string' && /\bnpm (run|test|start)\b|\bnode src\/|\w[:,]? \(?--[a-z]/.test(said)
          ? [`${name}: ${said}`]
          : [];
      });
    });
  expect(found).toEqual([]);
});

/** Words and turns that a reader in a hurry stumbles over; each had a plainer one (the standard term of the field, or speaking order). */
const BANNED = [
  /\b(go(es)?|gone) on\b/i,
  /\bspeaks? up\b/i,
  /\bbecome of\b/i,
  /\bby heart\b/i,
  /\bTake over its settings\b/,
  /\bFill the (grid|missing)\b/,
  /\bEdit the weights\b/,
  /\bDraw the mark\b/,
  /\bEven steps\b/,
  /\bHeld out, yet\b/,
  /\bKnows it, can\b/,
  /\bReload into\b/,
  /\bSwitch at peak\b/,
  /\bSeveral runs\b/,
  /\bgraphics processor\b/i,
  /\bpapers\.md\b/,
  /\bwhereof|thereof|hence|thus\b/i,
  /\bso many\b/,
  /\b(are|is) no text\b/,
  /\bhas not:/,
  /\bthe mark and see\b/,
  /%\s*%|nats a token, nats|tokens tokens|steps steps/,
];

test('the page and the terminal say things plainly', () => {
  const folders = ['ui', 'cli', 'words', 'train', 'config', 'recipe', 'data', 'export', 'gpu', 'storage'];
  const root = path.resolve(import.meta.dirname, '../../src');
  const sources = folders.flatMap((name) =>
    readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => path.join(root, name, file)),
  );
  const found = sources.flatMap((file) => {
    return nodesOf(file, readFileSync(file, 'utf8')).flatMap((node) => {
      const value = node.type === 'TemplateElement' ? (node.value as { cooked: string }).cooked : node.value;
      if (typeof value !== 'string' || !/\p{L}{2} /u.test(value)) return [];
      return BANNED.filter((phrase) => phrase.test(value)).map(
        (phrase) => `${path.relative(root, file)}: ${phrase}: ${value}`,
      );
    });
  });
  expect(found).toEqual([]);
});
