/** Real runs to be played (record.ts makes them). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Recording } from './trainer.worker.ts';

export const recording = (name: 'smoke' | 'tiny'): Recording =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'recordings', `${name}.json`), 'utf8'));
