/** The class's server: a certificate made for the day, over https at an address of this machine that is not its own name for itself. */
import { X509Certificate } from 'node:crypto';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { encodeQR } from 'qr';
import { expect, test } from 'vitest';
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
