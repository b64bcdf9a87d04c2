/** A class's page over https on the local network: a certificate made for the day, the address as a QR code, and the warning explained. */
// oxlint-disable-next-line import/no-unassigned-import -- the certificate library's containers need it first
import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import os from 'node:os';
import * as x509 from '@peculiar/x509';
import { encodeQR } from 'qr';
import { setupWords } from '../words/setup.mjs';

/** A day more than the longest class: what lies about on a laptop afterwards is worth nothing. */
const DAYS = 2;

/** Addresses of this machine that others on its network reach. */
export const addresses = () =>
  Object.values(os.networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

/**
 * Key and certificate in PEM for all addresses of this machine. The key is made anew each time and written nowhere.
 * @returns {Promise<{ key: string, cert: string }>}
 */
export async function certificate() {
  const provider = /** @type {Crypto} */ (webcrypto);
  x509.cryptoProvider.set(provider);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = /** @type {CryptoKeyPair} */ (await provider.subtle.generateKey(algorithm, true, ['sign', 'verify']));
  const now = Date.now();
  const day = 86_400_000;
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: Buffer.from(provider.getRandomValues(new Uint8Array(15)))
      .toString('hex')
      .replace(/^0+/, '1'),
    name: 'CN=Rekindle class',
    notBefore: new Date(now - day), // laptops' clocks differ
    notAfter: new Date(now + DAYS * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth], true),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        ...['127.0.0.1', ...addresses()].map((value) => ({ type: /** @type {const} */ ('ip'), value })),
      ]),
    ],
  });
  const key = Buffer.from(await provider.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${key.replace(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
    cert: made.toString('pem'),
  };
}

/** @param {string} pem */
export const fingerprint = (pem) =>
  createHash('sha256')
    .update(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
    .digest('hex')
    .toUpperCase()
    .match(/../g)
    ?.join(':') ?? '';

/** What the one who teaches shows. @param {readonly string[]} urls */
export function invitation(urls) {
  const [first] = urls;
  if (first === undefined) return setupWords.noNetwork;
  return [encodeQR(first, 'term'), setupWords.classAt(urls), setupWords.certificate].join('\n');
}
