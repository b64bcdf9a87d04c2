/**
 * `curate`: raw documents through the stages of "Data, Data Everywhere" to a folder with what is left, what was dropped and why, a report
 * and a blend. JSON lines are read anew at every reading, so that a corpus may be larger than memory; in = out + dropped, always.
 */
import { mkdirSync, rmSync } from 'node:fs';
import {
  curate,
  type CurateOptions,
  NEED_CLEAN,
  type StageName,
  STAGES,
  usualCuration,
} from '../../data/stages/curate.ts';
import { type RawDocument, StageReport } from '../../data/stages/stage.ts';
import { SURVIVORS } from '../../data/stages/survivors.ts';
import { Passages } from '../../data/languages.ts';
import { utf8Length } from '../../data/source.ts';
import { SOURCE_NAME } from '../../config/sources.ts';
import { UserError } from '../../util/errors.ts';
import { brief, quoted } from '../../util/quoted.ts';
import { command } from '../commands.ts';
import { CurateInput, Ended, unjudged } from './curateInput.ts';
import { curationKits, ENGINES } from './curationKits.ts';
import { blendOf, type CurateReport, markdownReport, type SourceRow, stageRow } from './curateReport.ts';
import { CurationState, type Verdicts } from './curationState.ts';
import { LineFile } from './lineFile.ts';
import { documentFlags } from '../documents.ts';
import { type Host, INTERRUPTED } from '../host.ts';
import { choice, count, greatestSeed, type Kind, number, place } from '../kinds.ts';
import type { OutFolder } from '../outFolder.ts';
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
    code: {
      kind: words('NAMES', curateWords.sources, isSource),
      about: curateWords.code,
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
    const { clean = [], code = [] } = given;
    for (const [flag, names] of Object.entries({ clean, code })) {
      const stranger = names.find((name) => !sources.includes(name));
      if (stranger !== undefined) throw new UserError(curateWords.stranger(flag, quoted(stranger), sources));
    }
    const stages = given.stages ?? STAGES.filter((name) => clean.length > 0 || !NEED_CLEAN.includes(name));
    const needy = stages.find((name) => NEED_CLEAN.includes(name));
    if (clean.length === 0 && needy !== undefined) throw new UserError(curateWords.noClean(needy, sources[0]!));
    const options: CurateOptions = {
      ...usualCuration,
      ...{
        sources,
        clean,
        code,
        survivor: given.survivor ?? usualCuration.survivor,
        keep: given.keep ?? usualCuration.keep,
      },
      ...{ jaccard: given.jaccard ?? null, seed: given.seed ?? usualCuration.seed },
      perplexity: given.perplexity === undefined ? usualCuration.perplexity : { value: given.perplexity },
    };
    const input = await CurateInput.open(given.data, given.invalid, host);
    const state = CurationState.open(given.out, { files: input.files, invalid: given.invalid, stages, options });
    const { out } = state;
    try {
      await fill(state, input, stages, options, host);
      out.finish();
      return 0;
    } catch (error) {
      for (const name of OUTPUTS) for (const end of ['', '.part']) rmSync(out.at(name + end), { force: true });
      rmSync(out.at('kits'), { recursive: true, force: true });
      const kept = state.unread !== null;
      if (kept) out.release();
      else out.abandon();
      if (!(error instanceof Ended)) throw error;
      host.say(kept ? curateWords.broken(brief(out.path)) : curateWords.ended);
      return INTERRUPTED;
    }
  },
});

async function fill(
  state: CurationState,
  input: CurateInput,
  names: StageName[],
  options: CurateOptions,
  host: Host,
): Promise<void> {
  const { out, verdicts, rows, examples } = state;
  let since = performance.now();
  const seconds = (): number => state.spent + (performance.now() - since) / 1000;
  const begin = (stage: string): void => {
    input.stage = stage;
    since = performance.now();
  };
  const ended = (report: StageReport): void => {
    const row = stageRow(report, seconds());
    rows.push(row);
    examples[report.name] = report.examples;
    const why = Object.entries(row.reasons).map(([reason, times]) => `${reason} ${times}`);
    host.say(curateWords.stage(report.name, report.out, report.in, why, row.seconds));
    state.stageEnded();
  };

  try {
    if (state.unread === null) {
      // What cannot be read is dropped before the first stage, and named only where there is any.
      begin('read');
      const unread = new StageReport('read', ({ index }, reason) => verdicts.drop(index, 'read', reason));
      await input.each((document) => unread.count(document, document.fault));
      state.unread = { in: unread.in, out: unread.out };
      if (unread.out < unread.in) ended(unread);
      else state.stageEnded();
    } else host.say(curateWords.goesOn(rows.at(-1)?.name ?? null));
    const left = names.slice(rows.filter(({ name }) => name !== 'read').length);
    const dropped = ({ index }: RawDocument, stage: string, reason: string) => verdicts.drop(index, stage, reason);
    await curate(unjudged(input, verdicts.has), left, options, { begun: begin, dropped, ended }, state.stageSaves);
  } catch (error) {
    if (error instanceof Ended) state.brokenOff(seconds());
    throw error;
  }

  begin('writing');
  const sources = await writeDocuments(out, input, verdicts);
  const { in: came } = state.unread;
  const stay = Object.values(sources).reduce((sum, source) => sum + source.out, 0);
  const report: CurateReport = {
    ...{ in: came, out: stay, dropped: came - stay, stages: rows, sources },
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
    input.sources.map((name) => [name, { in: 0, out: 0, bytesIn: 0, bytes: 0, passages: new Passages() }]),
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
      row.passages.add({ source, text });
      kept.write({ id: name, source, text });
    });
  } finally {
    kept.close();
    dropped.close();
  }
  kept.publish();
  dropped.publish();
  return Object.fromEntries(
    Object.entries(sources).map(([name, { passages, ...row }]) => [name, { ...row, languages: passages.languages() }]),
  );
}
