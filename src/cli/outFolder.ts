/**
 * The folder that a command fills. It is made, and so reserved, before work begins: whoever comes second is refused then and not at the
 * end of its work. While it is being filled, `unfinished.txt` says what it holds, and `writer.pid` who writes it; the saves of a run
 * lie in `saves/`. What is finished is never deleted.
 */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { UserError } from '../util/errors.ts';
import { brief } from '../util/quoted.ts';
import { outFolderWords } from './words/places.ts';
import { makeFolders, removeEmpty } from './folders.ts';
import { asUserError, writeDurably } from './writeFolder.ts';

const UNFINISHED = 'unfinished.txt';
const WRITER = 'writer.pid';
const SAVES = 'saves';

export class OutFolder {
  readonly path: string;
  /** Of the folders made on the way to it, the topmost. */
  readonly #made: string | undefined;

  private constructor(folder: string, made?: string) {
    this.path = folder;
    this.#made = made;
  }

  /** Makes the folder for this process alone. UserError where there is one already. */
  static reserve(folder: string, what: string): OutFolder {
    const cannot = outFolderWords.cannotBeMade(folder);
    let made: string | undefined;
    try {
      made = makeFolders(path.dirname(folder));
      mkdirSync(folder);
    } catch (error) {
      if (made !== undefined) removeEmpty(path.dirname(folder), made);
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(folder);
      throw asUserError(error, cannot);
    }
    const out = new OutFolder(folder, made ?? folder);
    hold(path.join(folder, WRITER));
    out.tell(outFolderWords.nothingSaved(what));
    return out;
  }

  /** A folder that a command has left unfinished, for this process alone. UserError where it is not one, or somebody fills it. */
  static reopen(folder: string): OutFolder {
    if (!existsSync(path.join(folder, UNFINISHED))) {
      const finished = existsSync(path.join(folder, 'summary.json'));
      throw new UserError(finished ? outFolderWords.finished(folder) : outFolderWords.notUnfinished(folder));
    }
    hold(path.join(folder, WRITER));
    return new OutFolder(folder);
  }

  /** A folder that is filled bit by bit, by the same command again and again (`isOwn`: checkOwn); made where it is not there. */
  static share(folder: string, isOwn: (names: readonly string[]) => boolean): OutFolder {
    checkOwn(folder, isOwn);
    try {
      const made = makeFolders(folder);
      hold(path.join(folder, WRITER));
      return new OutFolder(folder, made);
    } catch (error) {
      throw asUserError(error, outFolderWords.cannotBeWritten(folder));
    }
  }

  get saves(): string {
    return path.join(this.path, SAVES);
  }

  at(name: string): string {
    return path.join(this.path, name);
  }

  /** Says what the folder holds, for whoever finds it after an interruption. */
  tell(what: string): void {
    this.write(UNFINISHED, `${what}\n`);
  }

  /** A file, whole or not at all, and on the disk itself when this returns. */
  write(name: string, content: string | Uint8Array): void {
    const part = this.at(`${name}.part`);
    rmSync(part, { force: true });
    writeDurably(part, content);
    renameSync(part, this.at(name));
  }

  /** All is written: what says otherwise goes, and the saves. */
  finish(): void {
    unlinkSync(this.at(UNFINISHED));
    rmSync(this.saves, { recursive: true, force: true });
    this.release();
  }

  /** Another process may go on with it. Where nothing was written it is gone, if this one has made it. */
  release(): void {
    rmSync(this.at(WRITER), { force: true });
    if (this.#made !== undefined) removeEmpty(this.path, this.#made);
  }

  /** Takes away what this process has made, where it came to nothing; somebody else's files stay. */
  abandon(): void {
    for (const own of [UNFINISHED, SAVES]) rmSync(this.at(own), { recursive: true, force: true });
    this.release();
  }
}

/**
 * UserError where a folder that would be filled further holds what another command has made, or anybody: `isOwn` tells by the names
 * that are there.
 */
export function checkOwn(folder: string, isOwn: (names: readonly string[]) => boolean): void {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return; // what cannot be a folder is told of when it is made
  const names = readdirSync(folder).filter((name) => !name.startsWith(WRITER) && !name.includes('.part'));
  if (names.length > 0 && !isOwn(names)) throw new UserError(outFolderWords.foreign(folder, brief(names[0]!)));
}

/** UserError where a new folder is asked for and something is there. */
export function checkFree(folder: string): void {
  if (existsSync(folder)) throw taken(folder);
}

function taken(folder: string): UserError {
  return new UserError(outFolderWords.taken(folder, existsSync(path.join(folder, UNFINISHED))));
}

/** The process named in a file, if it lives and is not this one; null else. */
function livingWriter(file: string): number | null {
  const pid = Number(readFileSync(file, 'utf8'));
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : null;
  }
}

/** Names this process in a file that no other living one is named in. */
function hold(file: string): void {
  const own = `${file}-${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    // A link is made whole, with its content, or not at all; what a dead process has left is moved away by one alone.
    for (let turn = 0; turn < 2; turn++) {
      try {
        return linkSync(own, file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const writer = livingWriter(file);
      if (writer !== null) {
        throw new UserError(outFolderWords.writer(path.dirname(file), writer, path.basename(file)));
      }
      renameSync(file, `${own}-dead`);
      unlinkSync(`${own}-dead`);
    }
    throw new UserError(outFolderWords.otherWriter(path.dirname(file)));
  } finally {
    rmSync(own, { force: true });
  }
}
