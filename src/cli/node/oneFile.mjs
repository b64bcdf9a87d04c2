/**
 * The page as one file, rekindle.html: scripts, styles, both kinds of worker, text, a base and what was recorded, for a USB stick. A second
 * build, for in one file nothing can be fetched when it is needed: no chunk is split off, and src/ui/oneFile.ts stands in for confine.ts.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { oneFilePolicy } from './policy.mjs';
import { projectRoot } from './project.mjs';

export const oneFileName = 'rekindle.html';
/** Bytes: what thirty laptops can be sent over a school's line in minutes, and a mail still takes. */
export const mostBytes = 6_000_000;
/** The base that the page opens with, and the one that lessons continue. */
const bases = ['small-1', 'ci-1'];
/** Of each shipped source, its first documents up to this share: all of them do not fit beside the bases. */
const textShare = 0.45;
/** Beside the page for other reasons than to be asked for by it. */
const leftOut = /^(rekindle\.png|icon-.*|manifest\.webmanifest|bases\/.*|data\/.*)$/;

/** @param {string | Uint8Array} bytes @param {'hex' | 'base64'} [form] */
const sha256 = (bytes, form = 'hex') => createHash('sha256').update(bytes).digest(form);

/** @typedef {{ name: string, bytes: Uint8Array }} NamedBytes */

/** @param {string} folder @returns {NamedBytes[]} */
function shippedFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter((name) => !leftOut.test(name))
    .sort()
    .map((name) => ({ name, bytes: readFileSync(path.join(folder, name)) }));
}

/** The list of bases and the files of those taken along. @param {string} folder @returns {NamedBytes[]} */
function shippedBases(folder) {
  const index = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8')).filter(
    (/** @type {{ folder: string }} */ one) => bases.includes(one.folder),
  );
  const files = index.flatMap((/** @type {{ folder: string, files: string[] }} */ one) =>
    one.files.map((file) => `${one.folder}/${file}`),
  );
  return [
    { name: 'bases/index.json', bytes: Buffer.from(JSON.stringify(index)) },
    ...files.map((/** @type {string} */ name) => ({
      name: `bases/${name}`,
      bytes: readFileSync(path.join(folder, name)),
    })),
  ];
}

/** The first documents of every source, with a manifest that says so. @param {string} folder @returns {NamedBytes[]} */
function someText(folder) {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
  /** @type {NamedBytes[]} */
  const files = [];
  for (const source of manifest.sources) {
    const lines = gunzipSync(readFileSync(path.join(folder, source.file)))
      .toString('utf8')
      .split('\n')
      .filter(Boolean);
    const wanted = textShare * source.textBytes;
    let textBytes = 0;
    let documents = 0;
    while (documents < lines.length && textBytes < wanted)
      textBytes += Buffer.byteLength(JSON.parse(lines[documents++]).text);
    const jsonl = Buffer.from(`${lines.slice(0, documents).join('\n')}\n`);
    const bytes = gzipSync(jsonl, { level: 9 });
    Object.assign(source, { textBytes, documents, bytes: bytes.length, sha256: sha256(jsonl) });
    files.push({ name: `data/${source.file}`, bytes });
    files.push({ name: `data/${source.noticeFile}`, bytes: readFileSync(path.join(folder, source.noticeFile)) });
  }
  return [{ name: 'data/manifest.json', bytes: Buffer.from(JSON.stringify(manifest)) }, ...files];
}

/** A file inside the page, which runs nothing: its type is no script's. @param {NamedBytes} file */
function block({ name, bytes }) {
  const packed = gzipSync(bytes, { level: 9 });
  const isPacked = packed.length < bytes.length;
  const text = Buffer.from(isPacked ? packed : bytes).toString('base64');
  return `<script type="application/octet-stream" data-file="${name}"${isPacked ? ' data-packed' : ''}>${text}</script>`;
}

/** Text of a script element: nothing in it may end the element, or begin a comment. @param {string} code */
const asScript = (code) => code.replace(/<(?=\/script|!--)/gi, '\\x3C');

/** @returns {Promise<string>} */
export async function buildOneFile() {
  const { build } = await import('vite');
  const whole = { output: { codeSplitting: false } };
  const result = await build({
    root: projectRoot,
    configFile: false,
    mode: 'one-file',
    base: './',
    publicDir: false,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
    // From a file, Chromium starts classic workers alone.
    worker: { format: 'iife', rolldownOptions: whole },
    build: { target: 'es2023', write: false, cssCodeSplit: false, modulePreload: false, rolldownOptions: whole },
    plugins: [
      {
        name: 'one-file',
        enforce: 'pre',
        resolveId: (id) => (id.endsWith('/confine.ts') ? path.join(projectRoot, 'src/ui/oneFile.ts') : null),
      },
    ],
  });
  const { output } = /** @type {import('vite').Rollup.RollupOutput} */ ([result].flat()[0]);
  const text = (/** @type {(name: string) => boolean} */ wanted) => {
    const found = output.filter(({ fileName }) => wanted(fileName));
    if (found.length !== 1)
      throw new Error(
        `The one file is built from one of each kind, not from ${found.map(({ fileName }) => fileName).join(', ') || 'none'}.`,
      );
    const one = found[0];
    return { name: one.fileName, text: String('code' in one ? one.code : one.source) };
  };
  const isWorker = (/** @type {string} */ name) => /\.worker/.test(name);
  const page = text((name) => name.endsWith('.js') && !isWorker(name));
  const style = text((name) => name.endsWith('.css'));
  const html = text((name) => name === 'index.html').text;
  const workers = output
    .filter(({ fileName }) => isWorker(fileName))
    .map((one) => ({ name: one.fileName, bytes: Buffer.from('code' in one ? one.code : one.source) }));
  const publicFolder = path.join(projectRoot, 'public');
  const files = [
    ...workers,
    ...shippedFiles(publicFolder),
    ...shippedBases(path.join(publicFolder, 'bases')),
    ...(existsSync(path.join(publicFolder, 'data/manifest.json')) ? someText(path.join(publicFolder, 'data')) : []),
  ];
  const code = asScript(page.text);
  const policy = oneFilePolicy(`'sha256-${sha256(code, 'base64')}'`, `'sha256-${sha256(style.text, 'base64')}'`);
  const icon = Buffer.from(readFileSync(path.join(publicFolder, 'icon.svg'))).toString('base64');
  const parts = [
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<link rel="icon" href="data:image/svg+xml;base64,${icon}">`,
    `<style>${style.text}</style>`,
    `<script type="module">${code}</script>`,
  ];
  const made = html
    .replace(/\s*<(?:script|link)\b[^>]*(?:\/>|>(?:<\/script>)?)/g, '')
    .replace('<meta charset="utf-8" />', (charset) => [charset, ...parts].join('\n'))
    .replace('</body>', () => `${files.map(block).join('\n')}\n</body>`);
  if (Buffer.byteLength(made) > mostBytes)
    throw new Error(
      `${oneFileName} has ${Buffer.byteLength(made)} bytes, over ${mostBytes}: take less text along (textShare).`,
    );
  return made;
}

/** @returns {import('vite').Plugin} */
export function oneFile() {
  return {
    name: 'one-file-page',
    apply: 'build',
    // A build for tests of faults is another page (mode "faults"), and has no use for one.
    async writeBundle({ dir }) {
      if (dir === undefined || this.environment?.config.mode === 'faults') return;
      writeFileSync(path.join(dir, oneFileName), await buildOneFile());
    },
  };
}
