import { Gunzip } from 'fflate';
import { UserError } from '../util/errors.ts';
import type { Document } from './document.ts';

/**
 * Unpacked size at which a compressed file is refused: a JavaScript string holds 2^29 − 24 units, and a small file may
 * hide more.
 */
const LARGEST_UNPACKED = 2 ** 29 - 24;
/** What ends a document inside a plain text file: a form feed or the end-of-text mark, with the line break after it. */
const SEPARATOR = /(?:\f|<\|endoftext\|>)\r?\n?/;

/**
 * The documents of a file: .jsonl (or .ndjson) holds one a line, as {"text"} or a question and its answer; anything
 * else is plain text, one document unless form feeds or `<|endoftext|>` divide it. Gzip is recognised by its first
 * bytes, whatever the name. The text must be UTF-8 and is taken as it stands, less a byte-order mark. Every UserError
 * names the file.
 */
export function readDocuments(source: string, fileName: string, file: Uint8Array): Document[] {
  const bytes = isGzip(file) ? gunzip(fileName, file) : file;
  const text = decodeUtf8(fileName, bytes);
  const name = fileName.toLowerCase().replace(/\.gz$/, '');
  const texts = /\.(jsonl|ndjson)$/.test(name) ? readLines(fileName, text) : text.split(SEPARATOR);
  const documents = texts.filter((one) => one.trim() !== '').map((one) => ({ source, text: one }));
  if (documents.length === 0) {
    throw new UserError(
      bytes.length === 0
        ? `${fileName} is empty: give a file with text.`
        : `${fileName} (${bytes.length} bytes) holds no text.`,
    );
  }
  return documents;
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Unpacks piece by piece, so that a bomb is stopped at the limit and not by the end of memory. */
export function gunzip(fileName: string, file: Uint8Array, limit = LARGEST_UNPACKED): Uint8Array {
  const PIECE = 1 << 16;
  const chunks: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  const unzip = new Gunzip((chunk, final) => {
    size += chunk.length;
    if (size > limit)
      throw new UserError(`${fileName} unpacks to more than ${limit} bytes: divide it into smaller files.`);
    chunks.push(chunk);
    ended = final;
  });
  try {
    for (let at = 0; at < file.length; at += PIECE)
      unzip.push(file.subarray(at, at + PIECE), at + PIECE >= file.length);
    if (!ended) throw new Error('no end');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${fileName} is a gzip file that is damaged or cut short: fetch or copy it again.`);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Strict UTF-8, a leading byte-order mark removed. */
export function decodeUtf8(fileName: string, bytes: Uint8Array): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new UserError(`${fileName} is UTF-16: save it as UTF-8.`);
  }
  if (bytes.length > LARGEST_UNPACKED) {
    throw new UserError(
      `${fileName} has ${bytes.length} bytes, more than the ${LARGEST_UNPACKED} read at once: divide it.`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const at = firstInvalid(bytes);
    const value = `0x${bytes[at]!.toString(16).padStart(2, '0')}`;
    throw new UserError(`${fileName} is not UTF-8: byte ${at} (${value}) is invalid; save it as UTF-8 text.`);
  }
}

/** Offset of the first invalid sequence, by halving: what precedes it decodes as a stream. */
function firstInvalid(bytes: Uint8Array): number {
  const decodes = (end: number, stream: boolean) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream });
      return true;
    } catch {
      return false;
    }
  };
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(middle, true)) good = middle;
    else bad = middle;
  }
  // The good part may end in the first bytes, three at most, of the sequence that goes wrong.
  while (!decodes(good, false)) good--;
  return good;
}

function readLines(fileName: string, text: string): string[] {
  const texts: string[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line.trim() !== '') texts.push(readLine(fileName, number, line));
  }
  return texts;
}

function readLine(fileName: string, number: number, line: string): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UserError(`${fileName}, line ${number} is not JSON: mend or remove that line.`);
  }
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  if (typeof fields['text'] === 'string') return fields['text'];
  const { prompt, question, answer } = fields;
  if (typeof prompt === 'string' && typeof answer === 'string') return `${prompt}\n${answer}`;
  if (typeof question === 'string' && typeof answer === 'string') return questionAndAnswer(question, answer);
  const found =
    Object.keys(fields)
      .slice(0, 5)
      .map((key) => `"${key}"`)
      .join(', ') || 'none of these';
  throw new UserError(
    `${fileName}, line ${number} has ${found}: each line needs a string "text", or "question" and "answer", ` +
      `or "prompt" and "answer".`,
  );
}

/** How questions are written in every QA source of real text. */
export function questionAndAnswer(question: string, answer: string): string {
  return `Question: ${question}\nAnswer: ${answer}`;
}
