/**
 * A laptop's result as a code of some hundred signs: lesson, prediction, confidence, what the run ended with, its seed, the class of its
 * device, and its curve in a few bytes. Nothing in it names a person. The alphabet is that of base 32, which a QR code packs well.
 */
import { LESSON_NAMES } from '../../recipe/lessons/lesson.ts';
import { DEVICE_CLASSES, type DeviceClass } from '../../recipe/lessons/measure.ts';

/** Kinds of question, as their place in this list stands in a code. */
const KINDS = [null, 'number', 'curve', 'choice'] as const;
export type Asked = (typeof KINDS)[number];
/** The training loss, and the held-out losses by source. */
export const LOSSES = ['loss', 'web', 'wiki', 'forum', 'qa'] as const;

export interface ClassResult {
  /** Made up by the browser, to tell laptops apart. */
  id: number;
  lesson: string;
  /** From one; of the questions QUIZ_STEPS. */
  step: number;
  /** Place of the run among those of its lesson. */
  run: number;
  /** The kind of question that the prediction answers; null: none was asked. */
  asked: Asked;
  prediction: number | number[] | null;
  confidence: number;
  seed: number;
  device: DeviceClass;
  tokens: number;
  /** Percent of right answers, NaN: not measured. */
  facts: number;
  archive: number;
  /** What the run ended with, nats a token, in the order of LOSSES; NaN: not measured. */
  losses: number[];
  /** Nats a token. */
  curve: number[];
  /** Of eight questions the answers, 0 … 3, before and after; empty: not answered. */
  before: number[];
  after: number[];
}

const PREFIX = 'RK1-';
const VERSION = 3;
/** Points of the curve that a code holds. */
export const POINTS = 24;
export const QUESTIONS = 8;
/** What stands in the place of a step for the questions before and after. */
export const QUIZ_STEPS = { before: 100, after: 101 };
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** A share of right answers in half percents; 255: none. */
const NO_SHARE = 255;
const NO_QUIZ = 0xffff;
/** Losses in thousandths; what is above the most that two bytes hold, or no number any more, is that most. */
const NO_LOSS = 0xffff;
const MOST_LOSS = 65;
const lossCode = (loss: number): number => Math.round(1000 * (loss < MOST_LOSS ? loss : MOST_LOSS));

/** CRC-32 of ISO 3309, as zip and PNG have it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >>> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}

/** null: a sign that is not in the alphabet. */
function fromBase32(text: string): Uint8Array | null {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const sign of text) {
    const value = ALPHABET.indexOf(sign);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) bytes.push((held >>> (bits -= 8)) & 255);
    held &= (1 << bits) - 1;
  }
  return Uint8Array.from(bytes);
}

const packQuiz = (answers: readonly number[]): number =>
  answers.length === 0 ? NO_QUIZ : answers.reduce((all, one, i) => all | (one << (2 * i)), 0);
const quizOf = (packed: number, isThere: boolean): number[] =>
  isThere ? Array.from({ length: QUESTIONS }, (_, i) => (packed >>> (2 * i)) & 3) : [];

const share = (percent: number): number => (Number.isFinite(percent) ? Math.round(2 * percent) : NO_SHARE);
const percentOf = (byte: number): number => (byte === NO_SHARE ? NaN : byte / 2);

export function encode(result: ClassResult): string {
  const { prediction, curve } = result;
  const bytes: number[] = [];
  const put = (value: number, size: 1 | 2 | 4): void => {
    for (let i = size - 1; i >= 0; i--) bytes.push((value >>> (8 * i)) & 255);
  };
  const putFloat = (value: number): void => {
    bytes.push(...new Uint8Array(new Float32Array([value]).buffer).reverse());
  };
  put(VERSION, 1);
  put(result.id, 4);
  put(LESSON_NAMES.findIndex((name) => name === result.lesson) + 1, 1);
  put(result.step, 1);
  put(result.run, 1);
  const heights = Array.isArray(prediction) ? prediction : [];
  put(KINDS.indexOf(result.asked), 1);
  put(prediction === null ? 0 : 1, 1);
  if (typeof prediction === 'number') putFloat(prediction);
  put(heights.length, 1);
  for (const height of heights) put(Math.round(1000 * height), 2);
  put(result.confidence, 1);
  put(result.seed, 4);
  put(DEVICE_CLASSES.indexOf(result.device), 1);
  put(result.tokens, 4);
  put(share(result.facts), 1);
  put(share(result.archive), 1);
  for (const loss of result.losses) put(Number.isNaN(loss) ? NO_LOSS : lossCode(loss), 2);
  const points =
    curve.length > 0
      ? Array.from({ length: POINTS }, (_, i) =>
          Math.min(curve[Math.round((i * (curve.length - 1)) / (POINTS - 1))] || MOST_LOSS, MOST_LOSS),
        )
      : [];
  const [low, high] = [Math.min(...points, MOST_LOSS), Math.max(...points, 0)];
  put(points.length, 1);
  if (points.length > 0) {
    put(lossCode(low), 2);
    put(lossCode(high), 2);
    for (const loss of points) put(Math.round((255 * (loss - low)) / (high - low || 1)), 1);
  }
  put((result.before.length > 0 ? 1 : 0) | (result.after.length > 0 ? 2 : 0), 1);
  put(packQuiz(result.before), 2);
  put(packQuiz(result.after), 2);
  put(crc32(Uint8Array.from(bytes)), 4);
  return PREFIX + base32(Uint8Array.from(bytes));
}

export type Fault = 'form' | 'checksum' | 'version' | 'content';

/** What a code says, or why it cannot be read. */
export function decode(code: string): ClassResult | { fault: Fault } {
  const text = code.trim().toUpperCase();
  if (!text.startsWith(PREFIX)) return { fault: 'form' };
  const all = fromBase32(text.slice(PREFIX.length));
  if (!all || all.length < 30) return { fault: 'form' };
  const view = new DataView(all.buffer, 0, all.length);
  const end = all.length - 4;
  if (crc32(all.subarray(0, end)) !== view.getUint32(end)) return { fault: 'checksum' };
  let at = 0;
  const take = (size: 1 | 2 | 4): number => {
    const value = size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at) : view.getUint32(at);
    at += size;
    return value;
  };
  try {
    if (take(1) !== VERSION) return { fault: 'version' };
    const id = take(4);
    const lesson = LESSON_NAMES[take(1) - 1] ?? '';
    const step = take(1);
    const run = take(1);
    const asked = KINDS[take(1)];
    const isAnswered = take(1) === 1;
    const isOne = isAnswered && (asked === 'number' || asked === 'choice');
    let single = NaN;
    if (isOne) {
      single = view.getFloat32(at);
      at += 4;
    }
    const heights = Array.from({ length: take(1) }, () => take(2) / 1000);
    const prediction = !isAnswered ? null : isOne ? single : heights;
    const confidence = take(1);
    const seed = take(4);
    const device = DEVICE_CLASSES[take(1)];
    const tokens = take(4);
    const [facts, archive] = [percentOf(take(1)), percentOf(take(1))];
    const losses = LOSSES.map(() => take(2)).map((milli) => (milli === NO_LOSS ? NaN : milli / 1000));
    const points = take(1);
    const [low, high] = points > 0 ? [take(2) / 1000, take(2) / 1000] : [0, 0];
    const curve = Array.from({ length: points }, () => low + (take(1) / 255) * (high - low));
    const flags = take(1);
    const [before, after] = [quizOf(take(2), (flags & 1) > 0), quizOf(take(2), (flags & 2) > 0)];
    const isSound =
      device !== undefined &&
      asked !== undefined &&
      confidence <= 100 &&
      (!isOne || Number.isFinite(single)) &&
      (!isAnswered || isOne || heights.length > 0) &&
      at === end;
    const measured = { device: device!, tokens, facts, archive, losses, curve, before, after };
    return isSound ? { id, lesson, step, run, asked, prediction, confidence, seed, ...measured } : { fault: 'content' };
  } catch {
    return { fault: 'content' }; // it ends before what it announces
  }
}
