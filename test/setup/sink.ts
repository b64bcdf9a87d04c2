/**
 * A server for whatever gets out: the browsers of the tests resolve every name but this machine's own to it, and no test may
 * have sent it anything. Of an encrypted connection it reads the host that its first message names.
 */
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Where the sink tells what arrived since it was last asked, as JSON. */
export const arrivedPath = '/what-has-arrived';
/** The browser itself looks for updates, accounts and field names there, page or no page. */
const browsersOwn = /(?:^|\.)(?:googleapis|google|gvt1|gstatic)\.com$/;

export async function openSink(): Promise<{ port: number; close(): void }> {
  let arrived: string[] = [];
  const note = (host: string, what: string): void => void (browsersOwn.test(host) || arrived.push(what));
  const http = createHttpServer((request, response) => {
    if (request.url === arrivedPath) {
      response.end(JSON.stringify(arrived));
      arrived = [];
      return;
    }
    const { host = '' } = request.headers;
    note(host, `${request.method} ${host}${request.url}`);
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('');
  });
  http.on('upgrade', (request, socket) => {
    note(request.headers.host ?? '', `upgrade ${request.headers.host}${request.url}`);
    socket.destroy();
  });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    let taken = Buffer.alloc(0);
    const take = (bytes: Buffer): void => {
      taken = Buffer.concat([taken, bytes]);
      if (taken[0] !== handshake) {
        socket.off('data', take);
        socket.pause();
        socket.unshift(taken);
        http.emit('connection', socket);
        process.nextTick(() => socket.resume());
        return;
      }
      if (taken.length < 5 || taken.length < 5 + taken.readUInt16BE(3)) return;
      const host = hostOf(taken) ?? 'an unnamed host';
      note(host, `an encrypted connection to ${host}`);
      socket.destroy();
    };
    socket.on('data', take);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** First byte of a TLS record with a handshake; no HTTP request begins with it. */
const handshake = 0x16;

/** The server name in a TLS ClientHello (RFC 8446 §4.1.2, RFC 6066 §3), if it gives one. */
function hostOf(record: Buffer): string | null {
  // Record header 5, handshake header 4, version 2, random 32; then session id, ciphers, compressions, each with its length.
  let at = 43;
  at += 1 + record[at]!;
  at += 2 + record.readUInt16BE(at);
  at += 1 + record[at]!;
  const end = at + 2 + record.readUInt16BE(at);
  for (at += 2; at + 4 <= end;) {
    const [type, length] = [record.readUInt16BE(at), record.readUInt16BE(at + 2)];
    // Extension header 4, list length 2, name type 1, name length 2.
    if (type === 0) return record.toString('latin1', at + 9, at + 9 + record.readUInt16BE(at + 7));
    at += 4 + length;
  }
  return null;
}
