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

/** Where sentences lie: the words of each part and of each command, and the way numbers are written. */
const CATALOGUES = /(^|\/)words(\/|\.ts$)|Words\.ts$|^ui\/format\.ts$/;
/** Catalogues by nature: tables of named things, each with its label and a line about it, which page and terminal list. */
const TABLES = [
  /^config\/(options?|options(Data|Model|Training)|presets|sources)\.ts$/,
  /^recipe\/(experiments|variations|alignmentClaims|curation\/(dataArms|evaluationGroups))\.ts$/,
  /^train\/align\/experiments\.ts$/,
  /^world\/(corpus|benchmarks|curatedWeb)\.ts$/,
];
/** Documents written as files, each by one function that reads like the document: cards, reports, what a launch kit says of itself. */
const DOCUMENTS = [
  /^kits\//,
  /^export\/modelCard\.ts$/,
  /^recipe\/curation\/dataTable\.ts$/,
  /^world\/(card|dataReport)\.ts$/,
  /^train\/align\/model\.ts$/,
];
/** What the models read: the language of synthetic worlds, and phrases that a filter looks for in text. */
const LANGUAGE = [
  /^world\/(rawSources|rawWords|alignment\/)/,
  /^train\/align\/session\.ts$/,
  /^data\/stages\/(attributes|faults)\.ts$/,
];
/** Those speak to who works on the project: recorded graphs and kernels, tests, soaks, the making of the shipped text. */
const WORKSHOP = [
  /^(graph|ops)\//,
  /^gpu\/faulty\.ts$/,
  /^cli\/((soak|test)\.mjs|data\/|node\/(offline|oneFile|profile|testReport)\.mjs)/,
];
const exempt = [CATALOGUES, ...TABLES, ...DOCUMENTS, ...LANGUAGE, ...WORKSHOP];
/** Three words in a row are a sentence; what has signs of code in it (a selector, a style) is none. */
const isSentence = (said: string) => /\p{L}{2,}[,:]? \p{L}+[,:]? \p{L}{2}/u.test(said) && !/[=[({]/.test(said);
/** What no reader sees: classes of CSS, words looked for, headers of a policy, marks of a key, a browser's path, the usage that lists commands. */
const UNSEEN =
  /: picture findings|: paper report|no seed in common|^cli\/.*: npm run recipe --|: -----(BEGIN|END)|-src |Chrome for Testing\.app/;
/**
 * A plain error is a defect of ours, which nobody meets who uses the thing right or wrong: page and terminal show it as such, with the
 * place it came from. What a user can cause is a UserError or one of its kinds, whose sentence is in a catalogue. Pages and commands
 * have no plain errors with sentences of their own, for they tell what they catch.
 */
const DEFECTS = new Set(['Error', 'RangeError', 'TypeError', 'RandomStream']); // a stream's name is no sentence
const mayHaveDefects = (name: string) => !/^(ui|cli)\//.test(name) || /^ui\/(confine|oneFile)\.ts$/.test(name);

/** What a literal, or a piece of a template, says. */
const saidBy = ({ type, value }: SyntaxNode): string[] => {
  const said = type === 'Literal' ? value : type === 'TemplateElement' ? (value as { cooked: string }).cooked : '';
  return typeof said === 'string' ? [said] : [];
};

/** Every file of the source that is code, with its nodes. */
const code = () => {
  const root = path.resolve(folder, '..');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll(path.sep, '/'))
    .filter((name) => /\.(tsx?|mjs)$/.test(name))
    .map((name) => ({ name, nodes: nodesOf(name, readFileSync(path.join(root, name), 'utf8')) }));
};
/** What is constructed, with these arguments. */
const made = (nodes: readonly SyntaxNode[], of: (name: string) => boolean) =>
  nodes.filter(({ type, callee }) => type === 'NewExpression' && of(callee?.name ?? ''));

test('every sentence of page and terminal is in a catalogue', () => {
  const found = code()
    .filter(({ name }) => !exempt.some((one) => one.test(name)))
    .flatMap(({ name, nodes }) => {
      const defects = mayHaveDefects(name) ? made(nodes, (error) => DEFECTS.has(error)) : [];
      return nodes
        .filter((node) => !defects.some((outer) => isWithin(node as Span, outer as Span)))
        .flatMap(saidBy)
        .filter(isSentence)
        .map((said) => `${name}: ${said.trim()}`);
    });
  expect(found.filter((one) => !UNSEEN.test(one))).toEqual([]);
});

test('every refusal of what a user gave is in a catalogue, however short', () => {
  const found = code().flatMap(({ name, nodes }) =>
    made(nodes, (error) => error.endsWith('Error') && !DEFECTS.has(error) && error !== 'DOMException')
      .flatMap(({ arguments: given = [] }) =>
        nodes.filter((node) => given.some((message) => isWithin(node as Span, message as Span))),
      )
      .flatMap(saidBy)
      .filter((said) => /\p{L}{2,}[,:]? \p{L}+/u.test(said))
      .map((said) => `${name}: ${said}`),
  );
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
  /\b(is|are) no (address|code|file name|id|key=value|number|object|port|text|word)\b/,
  /\b(passed over|for want of|give or take|of late|stands? in no|with commas between|must be as many)\b/i,
  /\bthe mark and see\b/,
  /%\s*%|nats a token, nats|tokens tokens|steps steps/,
];

test('the page and the terminal say things plainly', () => {
  const found = code().flatMap(({ name, nodes }) =>
    nodes
      .flatMap(saidBy)
      .filter((said) => /\p{L}{2} /u.test(said))
      .flatMap((said) => BANNED.filter((phrase) => phrase.test(said)).map((phrase) => `${name}: ${phrase}: ${said}`)),
  );
  expect(found).toEqual([]);
});
