/** A server with plain files, and the hub's API for one model of them, with the faults that a test asks of it. Any page may read from it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HostFaults {
  /** The first so many requests are answered with 503. */
  busy?: number;
  /** The first so many answers with a file of this ending end in the middle. */
  cut?: { times: number; ending: string };
  noRanges?: boolean;
  /** Files are answered with a web page, as by a server that wants somebody to log in. */
  page?: boolean;
  /** Files are answered with this status. */
  status?: number;
  /** Files lie elsewhere on the server. */
  moved?: boolean;
  /** Sizes as the hub and headers tell them, instead of the true ones. */
  claimed?: number;
  /** Files stop after half of their bytes until the request ends. */
  stuck?: boolean;
}

export interface FileHost {
  address: string;
  asked: { method: string; path: string; bytes: number }[];
  faults: HostFaults;
  close(): Promise<void>;
}

export const modelRevision = 'c'.repeat(40);

/** `files`: by path below the server; those of the model who/model lie below /who/model/resolve/REVISION/. */
export async function openHost(files: ReadonlyMap<string, Uint8Array>, given: HostFaults = {}): Promise<FileHost> {
  const asked: FileHost['asked'] = [];
  const folder = `/who/model/resolve/${modelRevision}/`;
  const host = { asked, faults: given };
  const server = createServer((request, response) => {
    const { faults } = host;
    const { pathname } = new URL(request.url!, 'http://local');
    const method = request.method!;
    const told = (bytes: number): void => void asked.push({ method, path: pathname, bytes });
    response.setHeader('Access-Control-Allow-Origin', '*');
    if ((faults.busy ?? 0) > 0) {
      faults.busy!--;
      return void response.writeHead(503).end();
    }
    if (/^\/api\/models\/who\/model(\/revision\/main)?$/.test(pathname)) {
      told(0);
      const siblings = [...files]
        .filter(([path]) => path.startsWith(folder))
        .map(([path, { length }]) => ({ rfilename: path.slice(folder.length), size: faults.claimed ?? length }));
      const json = { sha: modelRevision, cardData: { license: 'other', license_name: 'own-licence' }, siblings };
      return void response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
    }
    if (faults.moved && !pathname.startsWith('/moved')) {
      return void response.writeHead(302, { Location: `/moved${pathname}` }).end();
    }
    const file = files.get(pathname.replace(/^\/moved/, ''));
    if (!file || faults.status) {
      told(0);
      return void response.writeHead(faults.status ?? 404).end();
    }
    if (faults.page) {
      told(0);
      return void response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<!doctype html>');
    }
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const ranged = from !== undefined && !faults.noRanges;
    const bytes = ranged ? file.subarray(Number(from), Number(to) + 1) : file;
    const length = method === 'HEAD' ? (faults.claimed ?? file.length) : bytes.length;
    response.writeHead(ranged ? 206 : 200, { 'Content-Length': length, 'Content-Type': 'application/octet-stream' });
    if (method === 'HEAD') {
      told(0);
      return void response.end();
    }
    told(bytes.length);
    if (faults.stuck) return void response.write(bytes.subarray(0, bytes.length >> 1));
    if (!faults.cut?.times || !pathname.endsWith(faults.cut.ending)) return void response.end(bytes);
    faults.cut.times--;
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(host, {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  });
}
