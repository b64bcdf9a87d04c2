/**
 * `curate`: raw documents through the stages of "Data, Data Everywhere" to a folder with what is left, what was dropped and why, a report
 * and a blend. JSON lines are read anew at every reading, so that a corpus may be larger than memory; in = out + dropped, always.
 */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { BitSet, Column } from '../../data/stages/columns.ts';
import {
  curate,
  type CurateOptions,
  NEED_CLEAN,
  type StageName,
  STAGES,
  usualCuration,
} from '../../data/stages/curate.ts';
import { judged, StageReport } from '../../data/stages/stage.ts';
import { SURVIVORS } from '../../data/stages/survivors.ts';
import { utf8Length } from '../../data/source.ts';
import { SOURCE_NAME } from '../../config/sources.ts';
import { UserError } from '../../util/errors.ts';
import { quoted } from '../../util/quoted.ts';
import { command } from '../commands.ts';
import { CurateInput, Ended, type InputDocument, unjudged } from './curateInput.ts';
import { curationKits, ENGINES } from './curationKits.ts';
import { blendOf, type CurateReport, markdownReport, type SourceRow, type StageRow, stageRow } from './curateReport.ts';
import { documentFlags } from '../documents.ts';
import { type Host, INTERRUPTED } from '../host.ts';
import { choice, count, greatestSeed, type Kind, number, place } from '../kinds.ts';
import { OutFolder } from '../outFolder.ts';
import { curateWords } from '../words/curate.ts';

/** Distinct words with commas between them, each of which passes. */
const words = <T extends string>(shown: string, wanted: string, passes: (word: string) => word is T): Kind<T[]> => ({
  shown,
  wanted,
  read(given) {
    const list = given.split(',');
    return list.every(passes) && new Set(list).size === list.length ? (list as T[]) : undefined;
  },
});
const isStage = (word: string): word is StageName => (STAGES as readonly string[]).includes(word);
const isSource = (word: string): word is string => SOURCE_NAME.test(word);

export const curateCommand = command({
  name: 'curate',
  about: curateWords.about,
  flags: {
    data: {
      ...documentFlags.data,
      about: curateWords.data,
      required: true,
    },
    stages: {
      kind: words('LIST', curateWords.someStages(STAGES), isStage),
      about: curateWords.stages,
    },
    survivor: { kind: choice('WHICH', SURVIVORS), about: curateWords.survivor },
    clean: {
      kind: words('NAMES', curateWords.sources, isSource),
      about: curateWords.clean,
    },
    keep: {
      kind: number(0.01, 1),
      about: curateWords.keep(usualCuration.keep),
    },
    jaccard: {
      kind: number(0.01, 1),
      about: curateWords.jaccard,
    },
    perplexity: {
      kind: number(1, 1e9),
      about: curateWords.perplexity,
    },
    invalid: documentFlags.invalid,
    seed: { kind: count(0, greatestSeed), about: curateWords.seed },
    out: { kind: place('DIR'), about: curateWords.out, required: true },
  },
  example: 'curate --data web=crawl.jsonl --data wiki=wiki.jsonl --clean wiki --out runs/curated',
  async run(given, host) {
    const sources = [...new Set(given.data.map(({ source }) => source))];
    const clean = given.clean ?? [];
    const stranger = clean.find((name) => !sources.includes(name));
    if (stranger !== undefined) throw new UserError(curateWords.stranger(quoted(stranger), sources));
    const stages = given.stages ?? STAGES.filter((name) => clean.length > 0 || !NEED_CLEAN.includes(name));
    const needy = stages.find((name) => NEED_CLEAN.includes(name));
    if (clean.length === 0 && needy !== undefined) throw new UserError(curateWords.noClean(needy, sources[0]!));
    const options: CurateOptions = {
      ...usualCuration,
      ...{ sources, clean, survivor: given.survivor ?? usualCuration.survivor, keep: given.keep ?? usualCuration.keep },
      ...{ jaccard: given.jaccard ?? null, seed: given.seed ?? usualCuration.seed },
      perplexity: given.perplexity === undefined ? usualCuration.perplexity : { value: given.perplexity },
    };
    const input = await CurateInput.open(given.data, given.invalid, host);
    const out = OutFolder.reserve(given.out, curateWords.begins);
    try {
      await fill(out, input, stages, options, host);
      out.finish();
      return 0;
    } catch (error) {
      for (const name of OUTPUTS) for (const end of ['', '.part']) rmSync(out.at(name + end), { force: true });
      rmSync(out.at('kits'), { recursive: true, force: true });
      out.abandon();
      if (!(error instanceof Ended)) throw error;
      host.say(curateWords.ended);
      return INTERRUPTED;
    }
  },
});

/** Which stage dropped each document and why: a byte of each, 0 for those that are left. */
class Verdicts {
  readonly #codes = new Column(Uint8Array);
  readonly #dropped = new BitSet();
  readonly #reasons: { stage: string; reason: string }[] = [];

  drop(index: number, stage: string, reason: string): void {
    let code = this.#reasons.findIndex((one) => one.stage === stage && one.reason === reason);
    if (code < 0) code = this.#reasons.push({ stage, reason }) - 1;
    this.#codes.reserve(index + 1);
    this.#codes.data[index] = code + 1;
    this.#dropped.add(index);
  }

  has = (index: number): boolean => this.#dropped.has(index);

  /** Null: it is left. */
  of(index: number): { stage: string; reason: string } | null {
    return this.has(index) ? this.#reasons[this.#codes.data[index]! - 1]! : null;
  }
}

async function fill(
  out: OutFolder,
  input: CurateInput,
  names: StageName[],
  options: CurateOptions,
  host: Host,
): Promise<void> {
  const verdicts = new Verdicts();
  const rows: StageRow[] = [];
  const examples: CurateReport['examples'] = {};
  let since = performance.now();
  const ended = (report: StageReport): void => {
    const row = stageRow(report, (performance.now() - since) / 1000);
    rows.push(row);
    examples[report.name] = report.examples;
    const why = Object.entries(row.reasons).map(([reason, times]) => `${reason} ${times}`);
    host.say(curateWords.stage(report.name, report.out, report.in, why, row.seconds));
    since = performance.now();
  };

  // What cannot be read is dropped before the first stage, and named only where there is any.
  const unread = new StageReport('read', ({ index }, reason) => verdicts.drop(index, 'read', reason));
  const readable = judged(
    unjudged(input, verdicts.has),
    unread,
    async () => (document) => (document as InputDocument).fault,
  );
  await readable.each(() => {});
  if (unread.out < unread.in) ended(unread);
  await curate(readable, names, options, ({ index }, stage, reason) => verdicts.drop(index, stage, reason), ended);

  const sources = await writeDocuments(out, input, verdicts);
  const left = Object.values(sources).reduce((sum, source) => sum + source.out, 0);
  const report: CurateReport = {
    ...{ in: unread.in, out: left, dropped: unread.in - left, stages: rows, sources },
    ...{ options: { stages: names, ...options }, examples },
  };
  out.write('report.json', `${JSON.stringify(report, null, 2)}\n`);
  out.write('report.md', markdownReport(report));
  out.write('blend.json', `${JSON.stringify(blendOf(sources), null, 2)}\n`);
  for (const engine of ENGINES) mkdirSync(out.at(`kits/${engine}`), { recursive: true });
  for (const { name, text } of curationKits(names, options)) out.write(`kits/${name}`, text);
  host.print(markdownReport({ ...report, examples: {} }));
}

const OUTPUTS = ['documents.jsonl', 'dropped.jsonl', 'report.json', 'report.md', 'blend.json'] as const;

/** The last reading: each document to one of two files. */
async function writeDocuments(
  out: OutFolder,
  input: CurateInput,
  verdicts: Verdicts,
): Promise<Record<string, SourceRow>> {
  const sources = Object.fromEntries(
    input.sources.map((name): [string, SourceRow] => [name, { in: 0, out: 0, bytesIn: 0, bytes: 0 }]),
  );
  const [kept, dropped] = [new LineFile(out, 'documents.jsonl'), new LineFile(out, 'dropped.jsonl')];
  try {
    await input.each(({ index, name, source, text }) => {
      const row = sources[source]!;
      const bytes = utf8Length(text);
      row.in++;
      row.bytesIn += bytes;
      const verdict = verdicts.of(index);
      if (verdict !== null) return dropped.write({ id: name, source, ...verdict });
      row.out++;
      row.bytes += bytes;
      kept.write({ id: name, source, text });
    });
  } finally {
    kept.close();
    dropped.close();
  }
  kept.publish();
  dropped.publish();
  return sources;
}

/** UTF-16 units gathered before they are written. */
const GATHERED = 1 << 20;

/** Lines of JSON, under another name until they are whole. */
class LineFile {
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
