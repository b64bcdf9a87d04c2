/** What a scanner sees of the page: a screenshot read by another library than the one that drew the code. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator } from 'playwright-core';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

// Told where its module lies, or it would fetch one.
const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'));
prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length) } });

/** Texts of the QR codes in an element as it is drawn. */
export async function readQr(element: Locator): Promise<string[]> {
  const png = await element.screenshot();
  const found = await readBarcodes(new Uint8Array(png), { formats: ['QRCode'] });
  return found.filter(({ isValid }) => isValid).map(({ text }) => text);
}
