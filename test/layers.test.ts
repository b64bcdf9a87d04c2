/** Who may import whom: the table of docs/architecture.md, held against every file of src. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { expect, test } from 'vitest';
import { nodesOf } from './syntax.ts';

const root = path.resolve(import.meta.dirname, '..');

/** folder → folders it stands on directly; it may import those and, through them, everything below. */
const rows = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8').matchAll(
  /^\| `src\/(\w+)` *\|[^|]*\|([^|]*)\|$/gm,
);
const standsOn: Record<string, readonly string[]> = Object.fromEntries(
  [...rows].map(([, folder, others]) => [folder, others.trim().split(/, */).filter(Boolean)]),
);

/** Plain data and pure functions, importable by all above util. protocol is held to types by a test of its own. */
const forAll = ['config', 'recipe', 'protocol'];

/** Pure mathematics of a configuration, read by the page before anything trains and by configuration checks: held to
 *  what is importable by all, and importable by all. */
const pureFiles = [
  'src/optim/schedule.ts',
  'src/model/family.ts',
  'src/model/llamaFamily.ts',
  'src/model/nemotronFamily.ts',
  'src/model/parameters.ts',
  'src/model/estimate.ts',
];

/** Packages that only one place may know. */
const keepers: Record<string, readonly string[]> = {
  comlink: ['ui/trainer.ts', 'ui/data/state.ts', 'ui/align/state.ts', 'ui/address/', 'worker/'],
  preact: ['ui/'],
  '@preact/signals': ['ui/'],
  uplot: ['ui/'],
  'franc-min': ['data/languages.ts'], // 48 kB, gzipped, of which the page's first script and the worker have none
  idb: ['storage/', 'ui/runs/store.ts', 'ui/runs/database.ts'], // the page keeps lists of its own, without the worker's code
  webgpu: ['cli/node/'],
  vite: ['cli/'],
};

/** Who may name WebGPU's objects. train and worker only hand a device on. */
const knowsWebGpu = ['gpu/', 'cli/node/'];
const handsDevicesOn = ['train/', 'worker/', 'cli/'];

interface Source {
  /** Path below src, with slashes. */
  file: string;
  folder: string;
  imports: string[];
  gpuNames: string[];
}

const folderOf = (file: string) => file.split('/')[0].replace(/\.ts$/, '');
const within = (file: string, places: readonly string[]) => places.some((place) => file.startsWith(place));

function read(file: string): Source {
  const imports: string[] = [];
  const gpuNames: string[] = [];
  for (const node of nodesOf(file, readFileSync(path.join(root, 'src', file), 'utf8'))) {
    // import, export from, import() and the type import('…') all keep what they name in `source`.
    if (/^(Import|Export|TSImport)/.test(node.type ?? '') && typeof node.source?.value === 'string') {
      imports.push(node.source.value);
    }
    if (node.type === 'Identifier' && /^GPU[A-Z]/.test(node.name ?? '')) gpuNames.push(node.name ?? '');
    if (node.type === 'MemberExpression' && node.object?.name === 'navigator' && node.property?.name === 'gpu') {
      gpuNames.push('navigator.gpu');
    }
  }
  return { file, folder: folderOf(file), imports, gpuNames };
}

const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => /\.(ts|tsx|mjs)$/.test(file))
  .map(read);

/** The place an import names, below the repository's root; undefined for a package. */
const target = ({ file }: Source, specifier: string) =>
  specifier.startsWith('.') ? path.posix.join('src', path.posix.dirname(file), specifier) : undefined;

function below(folder: string): Set<string> {
  const found = new Set<string>();
  const visit = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    standsOn[name].forEach(visit);
  };
  visit(folder);
  if (folder !== 'util') forAll.forEach(visit);
  return found;
}

/** `file → what` for every import that `wrong` finds fault with. */
const offenders = (wrong: (source: Source, specifier: string) => boolean) =>
  sources.flatMap((source) =>
    source.imports.filter((name) => wrong(source, name)).map((name) => `${source.file} → ${name}`),
  );

test('the table of docs/architecture.md has the folders of src, and no other', () => {
  expect(Object.keys(standsOn).sort()).toEqual([...new Set(sources.map(({ folder }) => folder))].sort());
});

test('imports point downwards', () => {
  const wrong = offenders((source, specifier) => {
    const place = target(source, specifier);
    if (place === undefined || place.startsWith('shaders/')) return false;
    if (pureFiles.includes(place)) return source.folder === 'util';
    const allowed = pureFiles.includes(`src/${source.file}`) ? new Set([...forAll, 'util']) : below(source.folder);
    return !place.startsWith('src/') || !allowed.has(folderOf(place.slice('src/'.length)));
  });
  expect(wrong).toEqual([]);
});

test('only ops import shaders', () => {
  const wrong = offenders(({ folder }, specifier) => /\.wgsl\b/.test(specifier) && folder !== 'ops');
  expect(wrong).toEqual([]);
});

test('a package that one place keeps is imported nowhere else', () => {
  const wrong = offenders(({ file }, specifier) => {
    const keeper = Object.keys(keepers).find((name) => specifier === name || specifier.startsWith(`${name}/`));
    return keeper !== undefined && !within(file, keepers[keeper]);
  });
  expect(wrong).toEqual([]);
});

test('only src/gpu and the terminal’s device name WebGPU objects', () => {
  const wrong = sources.flatMap(({ file, gpuNames }) => {
    if (within(file, knowsWebGpu)) return [];
    const carried = within(file, handsDevicesOn) ? ['GPUDevice', 'GPUAdapter'] : [];
    return gpuNames.filter((name) => !carried.includes(name)).map((name) => `${file}: ${name}`);
  });
  expect(wrong).toEqual([]);
});

test('the protocol holds types only', () => {
  const files = sources.filter(({ folder }) => folder === 'protocol').map(({ file }) => file);
  const kinds = files.flatMap((file) => {
    const { program } = parseSync(file, readFileSync(path.join(root, 'src', file), 'utf8'));
    return program.body.map((statement) => {
      if (statement.type === 'ImportDeclaration') return statement.importKind;
      if (statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportAllDeclaration')
        return statement.exportKind;
      return statement.type;
    });
  });
  expect(files.length).toBeGreaterThan(1);
  expect(new Set(kinds)).toEqual(new Set(['type']));
});

test('no file stands on itself: there is no circle of imports, types included', () => {
  const imports = new Map(
    sources.map((source) => [
      `src/${source.file}`,
      source.imports.map((name) => target(source, name)).filter((place) => place !== undefined),
    ]),
  );
  const settled = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, way: readonly string[]): void => {
    if (settled.has(file)) return;
    const since = way.indexOf(file);
    if (since >= 0) return void circles.push([...way.slice(since), file].join(' → '));
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    settled.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  expect(circles).toEqual([]);
});
