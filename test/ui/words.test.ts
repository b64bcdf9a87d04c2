/** The page's words lie apart from its code, the help lists every key, and nothing moves for a reader who asked for rest. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseSync } from 'vite';
import { text } from '../../src/ui/strings.ts';

const folder = path.resolve(import.meta.dirname, '../../src/ui');
const files = (ending: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => ({ name, source: readFileSync(path.join(folder, name), 'utf8') }));

interface Node {
  type?: string;
  value?: unknown;
  name?: { name?: string };
}
function* nodesOf(tree: unknown): Generator<Node> {
  if (typeof tree !== 'object' || tree === null) return;
  if ('type' in tree) yield tree as Node;
  for (const child of Object.values(tree)) yield* nodesOf(child);
}

/** Attributes whose text a reader sees or hears. */
const SPOKEN = new Set(['title', 'aria-label', 'aria-valuetext', 'alt', 'label', 'placeholder']);

test('no component has words of its own: all are in the files that a translation replaces', () => {
  const found = files(/\.tsx$/).flatMap(({ name, source }) => {
    const { program } = parseSync(name, source);
    return [...nodesOf(program)].flatMap((node): string[] => {
      const attribute = node.type === 'JSXAttribute' && SPOKEN.has(node.name?.name ?? '') ? (node.value as Node | null) : null;
      const said = node.type === 'JSXText' ? node.value : attribute?.type === 'Literal' ? attribute.value : '';
      return typeof said === 'string' && /\p{L}{2}/u.test(said) ? [`${name}: ${said.trim()}`] : [];
    });
  });
  expect(found).toEqual([]);
});

test('the help lists every key that does something', () => {
  const listed = text.keys.list.map(([keys]) => keys).join(' ');
  const shown: Record<string, string> = {
    ' ': 'Space', Escape: 'Esc', ArrowRight: '→', ArrowLeft: '←', '-': '−', '=': '+',
  };
  const handled = files(/(state\/keys|views\/Figure|views\/Tour|state\/tips)\.tsx?$/).flatMap(({ source }) =>
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

test('no command of the terminal is in a message that the page can show', () => {
  const root = path.resolve(folder, '..');
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('cli'))
    .flatMap((name) => {
      const { program } = parseSync(name, readFileSync(path.join(root, name), 'utf8'));
      return [...nodesOf(program)].flatMap(({ type, value }): string[] => {
        const said = type === 'Literal' ? value : type === 'TemplateElement' ? (value as { cooked: string }).cooked : '';
        // An option stands after a word, a custom property of CSS alone or in brackets.
        return typeof said === 'string' && /\bnpm (run|test|start)\b|\bnode src\/|\w[:,]? \(?--[a-z]/.test(said) ? [`${name}: ${said}`] : [];
      });
    });
  expect(found).toEqual([]);
});
