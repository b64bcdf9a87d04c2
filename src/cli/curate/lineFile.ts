/** A file of JSON lines, under another name until it is whole. */
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import type { OutFolder } from '../outFolder.ts';

/** UTF-16 units gathered before they are written. */
const GATHERED = 1 << 20;

export class LineFile {
  readonly #part: string;
  readonly #place: string;
  readonly #handle: number;
  #lines: string[] = [];
  #length = 0;

  constructor(out: OutFolder, name: string) {
    this.#place = out.at(name);
    this.#part = out.at(`${name}.part`);
    this.#handle = openSync(this.#part, 'w');
  }

  write(value: unknown): void {
    const line = `${JSON.stringify(value)}\n`;
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length > GATHERED) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#handle);
  }

  publish(): void {
    renameSync(this.#part, this.#place);
  }

  #flush(): void {
    const bytes = new TextEncoder().encode(this.#lines.join(''));
    for (let at = 0; at < bytes.length;) at += writeSync(this.#handle, bytes, at);
    this.#lines = [];
    this.#length = 0;
  }
}
