/**
 * How far a curation has come: which documents are dropped and why, and what ended stages said of it. It is kept in the folder's saves
 * as each stage ends, so that the same command goes on where an ended one stood; within fuzzy deduplication also the signatures.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import * as v from 'valibot';
import { Column } from '../../data/stages/columns.ts';
import type { StageReport, StageSaves } from '../../data/stages/stage.ts';
import { UserError } from '../../util/errors.ts';
import { OutFolder } from '../outFolder.ts';
import { readJsonAs } from '../readJson.ts';
import { curateWords } from '../words/curate.ts';
import type { CurateReport, StageRow } from './curateReport.ts';

const STATE = 'saves/curation.json';
const stateSchema = v.object({
  given: v.unknown(),
  unread: v.object({ in: v.number(), out: v.number() }),
  rows: v.array(v.any()),
  examples: v.record(v.string(), v.any()),
  reasons: v.array(v.object({ stage: v.string(), reason: v.string() })),
  spent: v.number(),
});

/** Which stage dropped each document and why: a byte of each, 0 for those that are left. */
export class Verdicts {
  codes = new Column(Uint8Array);
  reasons: { stage: string; reason: string }[] = [];

  drop(index: number, stage: string, reason: string): void {
    let code = this.reasons.findIndex((one) => one.stage === stage && one.reason === reason);
    if (code < 0) code = this.reasons.push({ stage, reason }) - 1;
    this.codes.reserve(index + 1);
    this.codes.data[index] = code + 1;
  }

  has = (index: number): boolean => (this.codes.data[index] ?? 0) !== 0;

  /** Null: it is left. */
  of(index: number): { stage: string; reason: string } | null {
    return this.has(index) ? this.reasons[this.codes.data[index]! - 1]! : null;
  }
}

export class CurationState {
  readonly out: OutFolder;
  readonly verdicts = new Verdicts();
  /** Documents that came in, and those that could be read; null: that is not known yet, and nothing is kept. */
  unread: Pick<StageReport, 'in' | 'out'> | null = null;
  rows: StageRow[] = [];
  examples: CurateReport['examples'] = {};
  /** Seconds that the stage under way has taken in earlier turns. */
  spent = 0;
  readonly #given: unknown;

  private constructor(out: OutFolder, given: unknown) {
    this.out = out;
    this.#given = given;
  }

  /** @param given what has to be the same for a curation to go on: files as they are, stages and options. */
  static open(folder: string, given: unknown): CurationState {
    const resumed = existsSync(`${folder}/${STATE}`);
    const out = resumed ? OutFolder.reopen(folder) : OutFolder.reserve(folder, curateWords.begins);
    const state = new CurationState(out, given);
    if (!resumed) {
      mkdirSync(out.saves);
      return state;
    }
    try {
      state.#load();
    } catch (error) {
      out.release();
      throw error;
    }
    return state;
  }

  #load(): void {
    const { given, reasons, ...kept } = readJsonAs(this.out.at(STATE), stateSchema, 'remove the folder');
    if (JSON.stringify(given) !== JSON.stringify(this.#given))
      throw new UserError(curateWords.otherwise(this.out.path));
    Object.assign(this, kept);
    this.verdicts.reasons = reasons;
    this.verdicts.codes.data = new Uint8Array(readFileSync(this.out.at(this.#verdictsFile)));
  }

  /** Under a name of their own after every stage: they and the rest are of one moment, whenever the process ends. */
  get #verdictsFile(): string {
    return `saves/verdicts-${this.rows.length}.bin`;
  }

  /** Keeps what is known now; what came before, and what the stage has kept for itself, goes. */
  stageEnded(): void {
    this.spent = 0;
    this.out.write(this.#verdictsFile, this.verdicts.codes.data);
    this.#write();
    for (const name of readdirSync(this.out.saves))
      if (![STATE, this.#verdictsFile].includes(`saves/${name}`)) rmSync(this.out.at(`saves/${name}`));
  }

  /** A stage that is broken off is taken again: only its time is kept, and what it has kept for itself. */
  brokenOff(seconds: number): void {
    this.spent = seconds;
    if (this.unread !== null) this.#write();
  }

  #write(): void {
    const { unread, rows, examples, spent, verdicts } = this;
    const kept = { given: this.#given, unread, rows, examples, spent, reasons: verdicts.reasons };
    this.out.write(STATE, JSON.stringify(kept));
    this.out.tell(curateWords.unfinished);
  }

  readonly stageSaves: StageSaves = {
    load: (name) => {
      const file = this.out.at(`saves/${name}.bin`);
      return existsSync(file) ? new Uint8Array(readFileSync(file)) : null;
    },
    save: (name, bytes) => this.out.write(`saves/${name}.bin`, bytes),
  };
}
