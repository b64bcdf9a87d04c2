/** The class's server: a certificate made for the day, over https at an address of this machine that is not its own name for itself. */
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { checkServerIdentity, TLSSocket } from 'node:tls';
import { encodeQR } from 'qr';
import { expect, test } from 'vitest';
import { metaPolicy } from '../../src/cli/node/policy.mjs';
import { addresses, certificate, fingerprint, invitation } from '../../src/cli/class/https.mjs';

test('the certificate is good for every address of this machine, for the day, and https answers with it', async () => {
  const { key, cert } = await certificate();
  const read = new X509Certificate(cert);
  const names = ['127.0.0.1', ...addresses()];
  for (const address of names) expect(read.checkIP(address)).toBe(address);
  expect(read.checkHost('localhost')).toBe('localhost');
  expect(read.checkIP('198.51.100.7')).toBeUndefined();
  expect(read.ca).toBe(false);
  const days = (Date.parse(read.validTo) - Date.parse(read.validFrom)) / 86_400_000;
  expect(days).toBeCloseTo(3, 1);
  expect(fingerprint(cert)).toBe(read.fingerprint256);
  const other = await certificate();
  expect(other.key).not.toBe(key);

  const server = createServer({ key, cert }, (_, response) => response.end('the page'));
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    for (const host of names) {
      const body = await new Promise<string>((resolve, reject) => {
        const asked = request({ host, port, ca: cert }, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += String(chunk)));
          response.on('end', () => resolve(text));
        });
        asked.on('error', reject);
        asked.end();
      });
      expect(body, host).toBe('the page');
    }
  } finally {
    server.close();
  }
});

test('the invitation names the address, shows it as a QR code and explains the warning', () => {
  const url = 'https://192.0.2.7:4173/';
  const text = invitation([url]);
  expect(text).toContain(url);
  expect(text).toMatch(/warn once/);
  expect(text).toContain(encodeQR(url, 'term'));
  expect(invitation([])).toMatch(/not on a network/);
});

test('npm start -- --class: https with the headers of isolation, at the address that is printed, shown and opened; Ctrl-C ends it', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rekindle-class-'));
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html>the page');
  // Vite starts such a script with the address in the place of a browser.
  const browser = path.join(folder, 'browser.js');
  writeFileSync(browser, "console.log('opened ' + process.argv.at(-1) + '.')");
  const root = path.resolve(import.meta.dirname, '../..');
  // What `npm start` runs, with a page built before.
  const flags = ['--class', '--port', '0', '--built', folder];
  const env = { ...process.env, BROWSER: browser, CI: 'true' };
  const command = spawn(process.execPath, ['src/cli/start.mjs', ...flags], { cwd: root, env });
  const ended = once(command, 'exit');
  let [out, err] = ['', ''];
  command.stderr.on('data', (chunk: Buffer) => (err += String(chunk)));
  try {
    for await (const chunk of command.stdout) {
      out += String(chunk);
      if (/Ctrl\+C/.test(out) && /opened .*\.\n/.test(out)) break;
    }
    expect(err).toBe('');
    const [address] = addresses();
    const port = /localhost:(\d+)/.exec(out)?.[1];
    const url = `https://${address ?? 'localhost'}:${port}/`;
    expect(out).toContain(`opened ${url}${address ? '?lesson' : ''}.`);
    expect(out).toContain(invitation(addresses().map((one) => `https://${one}:${port}/`)));

    const asked = request(url, { rejectUnauthorized: false }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const { hostname } = new URL(url);
    expect(checkServerIdentity(hostname, (response.socket as TLSSocket).getPeerCertificate())).toBeUndefined();
    let page = '';
    for await (const chunk of response) page += String(chunk);
    expect(page).toContain('the page');
    expect(response.headers).toMatchObject({
      'content-security-policy': metaPolicy,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    command.kill('SIGINT');
    expect([await ended, err]).toEqual([[null, 'SIGINT'], '']);
    const [refused] = (await once(request(url).on('response', expect.unreachable).end(), 'error')) as [
      NodeJS.ErrnoException,
    ];
    expect(refused.code).toBe('ECONNREFUSED');
  } finally {
    command.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
