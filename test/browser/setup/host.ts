/** The built page on a server of a test's own, from memory: its files can be others than were built, and it can go away. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { inject } from 'vitest';
import { workerFile } from '../../../src/cli/node/offline.mjs';
import { frameFile, frameHeaders, securityHeaders } from '../../../src/cli/node/policy.mjs';
import { RECORDED_RUN } from '../../../src/recipe/results/recordedRun.ts';

const folder = path.resolve(import.meta.dirname, '../../../out/site');
const types: Record<string, string> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  json: 'application/json',
  png: 'image/png',
  webmanifest: 'application/manifest+json',
};

export type Site = ReadonlyMap<string, string | Buffer>;

let read: Site | undefined;

/** The built page by path; the page itself is index.html. */
export function builtSite(): Site {
  const site = inject('site');
  if ('failure' in site) throw new Error(site.failure);
  return (read ??= new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(path.join(folder, name)).isFile())
      .map((name) => [name.replaceAll(path.sep, '/'), readFileSync(path.join(folder, name))]),
  ));
}

/** The list of files that the service worker keeps, as the build writes it (src/cli/node/offline.mjs). */
const list = /\{"version":"\w+","files":\{[^}]*\}\}/;

/** A site with these files in the place of its own, and its service worker's list true to them; null: without that file. */
export function withFiles(own: Site, version: string, files: Iterable<readonly [string, string | null]>): Site {
  const site = new Map(own);
  const script = String(site.get(workerFile));
  const kept = JSON.parse(list.exec(script)![0]) as { version: string; files: Record<string, string> };
  for (const [name, text] of files) {
    const listed = name === 'index.html' ? '' : name;
    if (text === null) {
      site.delete(name);
      delete kept.files[listed];
    } else {
      site.set(name, text);
      kept.files[listed] = createHash('sha256').update(text).digest('hex');
    }
  }
  return site.set(
    workerFile,
    script.replace(list, () => JSON.stringify({ ...kept, version })),
  );
}

let light: Site | undefined;

/**
 * The built page without what a visit would cost most, where how it is kept is the point: the recorded run, which plays, and all bases but
 * the one it opens with. All that was built is kept in test/browser/offline/privacy.
 */
export function lightSite(): Site {
  const without = [...builtSite().keys()].filter((name) => /^bases\/(?!small-1\/).+\//.test(name));
  return (light ??= withFiles(builtSite(), 'light', [
    [RECORDED_RUN, 'null'],
    ...without.map((name) => [name, null] as const),
  ]));
}

export class Host {
  files: Site = builtSite();
  /** Of every answer; our own servers' by themselves. */
  headers: Record<string, string> = securityHeaders;
  /** Whether a browser may keep a file by its name. */
  mayBeKept: (name: string) => boolean = () => false;
  /** It answers nothing: every connection breaks. */
  isGone = false;
  /** Names of the files asked for. */
  readonly asked: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? '/', 'http://site').pathname.slice(1)) || 'index.html';
    this.asked.push(name);
    if (this.isGone) return void request.socket.destroy();
    const body = this.files.get(name);
    if (body === undefined) return void response.writeHead(404).end();
    const type = types[name.split('.').pop()!] ?? 'application/octet-stream';
    const kept = this.mayBeKept(name) ? 'max-age=86400' : 'no-cache';
    const headers = this.headers === securityHeaders && name === frameFile ? frameHeaders : this.headers;
    response.writeHead(200, { ...headers, 'Content-Type': type, 'Cache-Control': kept }).end(body);
  });

  /** Resolves with its address. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
