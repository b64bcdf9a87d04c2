/** What documents and comments point to is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

const below = (folder: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
    path.posix.join(folder, name),
  );
const files = [
  'README.md',
  'LOG.md',
  'index.html',
  'vite.config.ts',
  ...['src', 'shaders', 'test', 'docs'].flatMap(below),
].filter((name) => /\.(ts|tsx|mjs|md|wgsl|css|html)$/.test(name));
const textOf = (name: string): string => readFileSync(path.join(root, name), 'utf8');

/** Places in a text that stand for many, or lie in another project. */
const MADE_UP = [/\bNAME\b/, /^docs\/LoaderDriverInterface\.md$/];

test('every path of this project that a document or a comment names exists', () => {
  const named = /(?<![\w/.-])(?:src|shaders|test|docs|public)\/[\w./-]+\.(?:ts|tsx|mjs|wgsl|json|md|css|html|png)\b/g;
  const missing = files.flatMap((name) =>
    [...textOf(name).matchAll(named)]
      .map(([place]) => place)
      .filter((place) => !MADE_UP.some((one) => one.test(place)) && !existsSync(path.join(root, place)))
      .map((place) => `${name}: ${place}`),
  );
  expect(missing).toEqual([]);
});

test('every link of a document leads to a file', () => {
  const missing = files
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) =>
      [...textOf(name).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .filter(([, place]) => !existsSync(path.join(root, path.dirname(name), place!)))
        .map(([, place]) => `${name}: ${place}`),
    );
  expect(missing).toEqual([]);
});

test('every folder can be read at a glance', () => {
  const LONGEST = 20; // as many names as the eye takes in one look at a listing
  const listed = new Map<string, number>();
  for (const file of ['src', 'shaders', 'test', 'docs'].flatMap(below).filter((place) => path.extname(place))) {
    listed.set(path.dirname(file), (listed.get(path.dirname(file)) ?? 0) + 1);
  }
  expect([...listed].filter(([, count]) => count > LONGEST)).toEqual([]);
});
