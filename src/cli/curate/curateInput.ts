/** What `curate` reads: JSON lines from the disk again at every reading, and files of every other kind once, into memory. */
import { statSync } from 'node:fs';
import { openBlob } from '../readFolder.ts';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { fileKind } from '../../config/files.ts';
import type { Documents, RawDocument } from '../../data/stages/stage.ts';
import { type RecordFault, RecordStream, type StreamedRecord } from '../../data/stream.ts';
import { type Invalid } from '../../data/decode.ts';
import { readFile } from '../../data/read.ts';
import { UserError } from '../../util/errors.ts';
import { brief } from '../../util/quoted.ts';
import type { GivenDocument } from '../documents.ts';
import type { Host } from '../host.ts';
import { commonWords } from '../words/common.ts';
import { curateWords } from '../words/curate.ts';

/** A document as it came in, before the first stage. */
export interface InputDocument extends RawDocument {
  /** What stands for an id where none was given. */
  name: string;
  fault: RecordFault | null;
}

/** Bytes read at once; between two readings a wish to end is heard. */
const PIECE = 1 << 20;

/** The person has asked for the end. */
export class Ended extends Error {}

/** Bytes of which a line of progress tells, and parts of the whole where that is more. */
const TOLD = 50e6;
const PARTS = 10;

interface Input extends GivenDocument {
  source: string;
  /** Null: its lines are read anew each time. */
  texts: string[] | null;
}

export class CurateInput {
  readonly sources: string[];
  /** What is read for, as progress tells it. */
  stage = '';
  /** The files as they are, by which they are known again. */
  readonly files: readonly { source: string; file: string; column: string | null; bytes: number; changed: number }[];
  readonly #say: Host['say'];
  /** Stage of the last reading, and how many it has made. */
  #told = { stage: '', readings: 0 };
  /** Records of each file at the last reading. */
  readonly #inputs: Input[];
  readonly #counts: number[] = [];
  readonly #ended: AbortSignal;

  private constructor(inputs: Input[], { ended, say }: Host) {
    this.#inputs = inputs;
    this.#ended = ended;
    this.#say = say;
    this.files = inputs.map(({ source, file, column }) => {
      const { size, mtimeMs } = statSync(file);
      return { source, file: path.resolve(file), column, bytes: size, changed: mtimeMs };
    });
    this.sources = [...new Set(inputs.map(({ source }) => source))];
  }

  static async open(
    given: readonly (GivenDocument & { source: string })[],
    invalid: Invalid | undefined,
    host: Host,
  ): Promise<CurateInput> {
    const inputs: Input[] = [];
    for (const one of given) {
      const name = path.basename(one.file);
      if (fileKind(name) === 'lines' && !(await isWide(one.file))) inputs.push({ ...one, texts: null });
      else {
        const read = await readFile(one.source, name, await openBlob(one.file), { invalid, column: one.column });
        for (const note of read.notes) host.say(commonWords.note(note));
        inputs.push({ ...one, texts: read.documents.map(({ text }) => text) });
      }
    }
    return new CurateInput(inputs, host);
  }

  /** Every document in order; `skip`: those that need not be read. */
  async each(visit: (document: InputDocument) => void, skip: (index: number) => boolean = () => false): Promise<void> {
    let index = 0;
    const progress = this.#progress();
    for (const [at, input] of this.#inputs.entries()) {
      const first = index;
      const { source, texts } = input;
      if (texts !== null) {
        this.#checkEnd();
        for (const [i, text] of texts.entries()) {
          if (!skip(index))
            visit({ index, id: null, source, text, date: null, fault: null, name: `${source}-${i + 1}` });
          index++;
        }
        continue;
      }
      const take = ({ line, id, date, text, fault }: StreamedRecord): void => {
        visit({ index, id, source, text, date, fault, name: id ?? `${source}-${line}` });
        index++;
      };
      await this.#readLines(
        input,
        progress,
        new RecordStream(path.basename(input.file), input.column, take, () => skip(index) && ++index > 0),
      );
      const count = index - first;
      if ((this.#counts[at] ??= count) !== count) {
        throw new UserError(curateWords.changed(brief(input.file), this.#counts[at], count));
      }
    }
  }

  /** To be told of all bytes as they are read. */
  #progress(): (bytes: number) => void {
    const { stage } = this;
    const readings = (this.#told = { stage, readings: this.#told.stage === stage ? this.#told.readings + 1 : 1 })
      .readings;
    const whole = this.#inputs.reduce((sum, { texts }, i) => sum + (texts === null ? this.files[i]!.bytes : 0), 0);
    const step = Math.max(TOLD, whole / PARTS);
    let [read, next] = [0, step];
    return (bytes) => {
      read += bytes;
      if (read < next) return;
      next += step;
      this.#say(curateWords.reading(stage, readings, read / 1e6, whole / 1e6));
    };
  }

  async #readLines({ file }: Input, progress: (bytes: number) => void, stream: RecordStream): Promise<void> {
    const handle = await open(file);
    try {
      const piece = new Uint8Array(PIECE);
      for (;;) {
        this.#checkEnd();
        const { bytesRead } = await handle.read(piece, 0, PIECE);
        if (bytesRead === 0) break;
        stream.push(piece.subarray(0, bytesRead));
        progress(bytesRead);
      }
      stream.end();
    } finally {
      await handle.close();
    }
  }

  #checkEnd(): void {
    if (this.#ended.aborted) throw new Ended();
  }
}

/** UTF-16 with its mark, which is not read line by line. */
async function isWide(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const head = new Uint8Array(2);
    await handle.read(head, 0, 2);
    return (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  } finally {
    await handle.close();
  }
}

/** The documents that a first stage sees; those that are dropped already are passed over, unread where that is possible. */
export const unjudged = (input: CurateInput, dropped: (index: number) => boolean): Documents => ({
  each: (visit) => input.each((document) => dropped(document.index) || visit(document), dropped),
});
