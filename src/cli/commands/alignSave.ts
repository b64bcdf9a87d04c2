/** Saves of a stage of alignment: the same command, on the same model and data, goes on from the last one. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeSafetensors, encodeSafetensors, toFloat32 } from '../../export/safetensors.ts';
import type { StageState } from '../../train/align/stage.ts';
import { UserError } from '../../util/errors.ts';
import { OutFolder } from '../outFolder.ts';
import { alignWords } from '../words/align.ts';

const keyFile = 'saves/key.txt';
const saveFile = 'saves/stage.safetensors';
const pools = ['parameters', 'moments1', 'moments2'] as const;

/** What decides about every step of a stage. */
export function keyOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}\n`).update(part);
  return hash.digest('hex');
}

/** A new folder for a stage, or the one that the same command has left unfinished. */
export function openStage(folder: string, what: string, key: string): OutFolder {
  if (!existsSync(path.join(folder, 'unfinished.txt'))) {
    const out = OutFolder.reserve(folder, what);
    mkdirSync(out.saves);
    out.write(keyFile, key);
    return out;
  }
  const out = OutFolder.reopen(folder);
  if (existsSync(out.at(keyFile)) && readFileSync(out.at(keyFile), 'utf8') === key) return out;
  out.release();
  throw new UserError(alignWords.otherWork(folder));
}

/** The last save, and the lines of measurements before it. */
export function readSave(out: OutFolder): { state: StageState; lines: string[] } | null {
  if (!existsSync(out.at(saveFile))) return null;
  const { tensors, metadata } = decodeSafetensors(readFileSync(out.at(saveFile)));
  const [parameters, moments1, moments2] = pools.map((name) => new Float32Array(toFloat32(tensors.get(name)!)));
  const step = Number(metadata.step);
  const lines = readFileSync(out.at('metrics.jsonl'), 'utf8').trim().split('\n').slice(0, step);
  return { state: { step, pools: { parameters: parameters!, moments1: moments1!, moments2: moments2! } }, lines };
}

/** The lines first: a save never stands after a line that is not there. */
export function writeSave(out: OutFolder, { step, pools: held }: StageState, lines: readonly string[]): void {
  out.write('metrics.jsonl', `${lines.join('\n')}\n`);
  const tensors = pools.map((name) => ({
    ...{ name, dtype: 'F32' as const, shape: [held[name].length], data: new Float32Array(held[name]) },
  }));
  out.write(saveFile, encodeSafetensors(tensors, { step: String(step) }));
  out.tell(alignWords.saved(step));
}
