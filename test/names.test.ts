/** An exported name means one thing: below the page and the commands, no two files export one. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseSync } from 'vite';

const src = path.resolve(import.meta.dirname, '../src');

/** What a file declares and exports; what it hands on is another's. */
function exported(file: string): string[] {
  const { program } = parseSync(file, readFileSync(path.join(src, file), 'utf8'));
  return program.body.flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration' || !statement.declaration) return [];
    const { declaration } = statement;
    const ids = declaration.type === 'VariableDeclaration' ? declaration.declarations : [declaration];
    return ids.flatMap(({ id }) => (id?.type === 'Identifier' ? [id.name] : []));
  });
}

test('no two files below the page and the commands export one name', () => {
  const places = new Map<string, Set<string>>();
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll(path.sep, '/'));
  for (const file of files.filter((name) => /\.(ts|mjs)$/.test(name) && !/^(ui|cli)\//.test(name)))
    for (const name of exported(file)) places.set(name, (places.get(name) ?? new Set()).add(file));
  expect(places.size).toBeGreaterThan(1000);
  const twice = [...places].filter(([, where]) => where.size > 1);
  expect(twice.map(([name, where]) => `${name}: ${[...where].join(', ')}`)).toEqual([]);
});
