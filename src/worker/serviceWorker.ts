/**
 * Keeps the published page in the browser, so that it works without a connection from the second visit on. One version at a time,
 * all of it or nothing: every file is held against the hash it had when the page was built, and a newer version takes over only
 * when no page of the older one is left, or when the only page there is asks for it.
 */
import { isolated } from '../util/isolation.mjs';

/** Written over the name below when the page is built (cli/node/offline.mjs). */
export interface Build {
  /** Hash of `files`. */
  version: string;
  /** Path below the page's folder → SHA-256, hex; '' is the page itself. */
  files: Record<string, string>;
}
declare const OFFLINE_BUILD: Build;
declare const self: ServiceWorkerGlobalScope;

const { version, files } = OFFLINE_BUILD;
const prefix = 'rekindle ';
const name = prefix + version;
const scope = self.registration.scope;

/** Files fetched at once: the page, which may be training already, comes first. */
const together = 4;

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function keep(cache: Cache, path: string): Promise<void> {
  const address = new URL(path, scope).href;
  // There already, and right, if an earlier try was cut off.
  if (await cache.match(address)) return;
  const response = await fetch(address, { cache: 'no-cache' });
  const hash = await sha256(await response.clone().arrayBuffer());
  if (!response.ok || hash !== files[path])
    throw new Error(`${path} is not of this version (status ${response.status}).`);
  await cache.put(address, response);
}

async function install(): Promise<void> {
  const cache = await caches.open(name);
  const waiting = Object.keys(files);
  const fetchOn = async (): Promise<void> => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) await keep(cache, path);
  };
  await Promise.all(Array.from({ length: together }, fetchOn));
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((one) => one.startsWith(prefix) && one !== name).map((one) => caches.delete(one)));
}

/** What is isolated, whatever its host sends: the page itself, and its frame, which an isolated page shows only if it is isolated too. */
const isolatedFiles = ['', 'fetch.html'];

/** A kept file; from the network where the browser has thrown the cache away. */
async function answer(path: string, request: Request): Promise<Response> {
  const kept = await caches.open(name).then((cache) => cache.match(new URL(path, scope).href));
  const response = kept ?? (await fetch(request));
  return isolatedFiles.includes(path) ? isolated(response) : response;
}

/** Takes over from an older version, unless another page still runs on that. */
async function takeOver(): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (pages.length <= 1) await self.skipWaiting();
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(forgetOthers()));
self.addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(takeOver());
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = request.url.replace(/[?#].*/, '');
  if (request.method !== 'GET' || !address.startsWith(scope)) return;
  const path = address.slice(scope.length).replace(/^index\.html$/, '');
  // Whatever else lies beside the page is the network's.
  if (Object.hasOwn(files, path)) event.respondWith(answer(path, request));
});
