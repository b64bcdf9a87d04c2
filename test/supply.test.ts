/** What the project is made of besides its own code, and that the same code always gives the same page. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { build } from 'vite';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

interface Package {
  version: string;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  link?: boolean;
  dependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Package>;
};
const installed = Object.entries(packages).filter(([folder]) => folder !== '');

/** Packages that have a script to run at installation, which is never run, and what it would have done. */
const scripts: Record<string, string> = {
  'node_modules/webgpu': 'takes the quarantine mark off its binary on macOS, where npm sets none',
  'node_modules/@genai-fi/nanogpt': 'patches packages of its own development; the bench needs none of them',
};

test('every package is pinned by a hash of its content', () => {
  expect(installed.length).toBeGreaterThan(100);
  const loose = installed.filter(([, { integrity, link }]) => link || !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));
  expect(loose.map(([folder]) => folder)).toEqual([]);
});

test('no package but two known ones has a script to run at installation, and none of what the page is built from', () => {
  const found = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([folder]) => folder);
  expect(found.sort()).toEqual(Object.keys(scripts).sort());
  for (const folder of shipped()) expect(packages[folder]!.hasInstallScript, folder).toBeUndefined();
  // Theirs are not run either, by npm start, npm test or a plain npm ci.
  expect(readFileSync(path.join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
});

/** Folders of the packages that the page's own dependencies bring along, themselves included. */
function shipped(): string[] {
  const found = new Set<string>();
  const visit = (folder: string) => {
    if (found.has(folder)) return;
    found.add(folder);
    for (const name of Object.keys(packages[folder]!.dependencies ?? {})) visit(`node_modules/${name}`);
  };
  for (const name of Object.keys(packages['']!.dependencies ?? {})) visit(`node_modules/${name}`);
  return [...found];
}

test('the page is built from nineteen packages at most, those they bring along included', () => {
  // Four of them tell the languages of the reader's text: franc-min and three of some ten lines each.
  expect(shipped().length).toBeLessThanOrEqual(19);
});

/** File name → SHA-256 of what Vite builds from a folder. */
async function built(folder: string): Promise<Record<string, string>> {
  const result = await build({
    root: folder,
    configFile: path.join(folder, 'vite.config.ts'),
    build: { write: false },
    logLevel: 'error',
  });
  const { output } = [result].flat()[0] as {
    output: { fileName: string; code?: string; source?: string | Uint8Array }[];
  };
  const hashed = output.map(({ fileName, code, source }) => [
    fileName,
    createHash('sha256')
      .update(code ?? source ?? '')
      .digest('hex'),
  ]);
  return Object.fromEntries(hashed.sort()) as Record<string, string>;
}

test('the same code gives the same bytes, wherever it lies', async () => {
  const above = mkdtempSync(path.join(os.tmpdir(), 'rekindle-build-'));
  const settings = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name));
  const parts = ['src', 'shaders', 'index.html', 'vite.config.ts', 'package.json', ...settings];
  const copyTo = (folder: string, from: string): string => {
    for (const part of parts) cpSync(path.join(from, part), path.join(folder, part), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    return folder;
  };
  try {
    // The second is a copy of the first: somebody may be editing the original.
    const one = copyTo(path.join(above, 'one'), root);
    const other = copyTo(path.join(above, 'a name with spaces', 'deeper'), one);
    const [first, second] = [await built(one), await built(other)];
    expect(Object.keys(first)).toEqual(expect.arrayContaining(['_headers', 'index.html']));
    expect(Object.keys(first).some((name) => name.startsWith('assets/trainer.worker'))).toBe(true);
    expect(second).toEqual(first);
  } finally {
    rmSync(above, { recursive: true });
  }
});
