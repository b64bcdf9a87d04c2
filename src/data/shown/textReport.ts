/** Real text gone through the stages of `curate`, for looking at: nothing is known of it but what it says. */
import type { DataReport, OnReading, SourceRole, ShownStage } from '../../recipe/curation/dataReport.ts';
import { type CurateOptions, NEED_CLEAN, type StageName, stageOf, STAGES, usualCuration } from '../stages/curate.ts';
import { paperFuzzy } from '../stages/fuzzy.ts';
import { collect, type Documents, inMemory, type RawDocument, StageReport } from '../stages/stage.ts';
import { wordsOf } from '../stages/words.ts';
import { clustersOf, shownStep, type CuratedStep, tokensIn, weightsBy } from './steps.ts';

export interface TextSource {
  name: string;
  role: SourceRole;
  documents: readonly Pick<RawDocument, 'id' | 'text' | 'date'>[];
}

/** Words and marks: no tokenizer is chosen yet. */
const tokensOf = (text: string): number => wordsOf(text).count;

export async function textReport(
  sources: readonly TextSource[],
  survivor: CurateOptions['survivor'],
  onProgress: OnReading,
): Promise<Omit<DataReport, 'unread' | 'cut'>> {
  const named = (role: SourceRole) => sources.filter((one) => one.role === role).map(({ name }) => name);
  const options: CurateOptions = {
    ...usualCuration,
    ...{ survivor, sources: sources.map(({ name }) => name), clean: named('clean'), code: named('code') },
  };
  const raw = sources
    .flatMap(({ name, documents }) => documents.map((one) => ({ ...one, source: name })))
    .map((one, index): RawDocument => ({ ...one, index }));
  const shownAs = { shingles: paperFuzzy, limits: options.limits, tokensOf };
  const clean = new Set(options.clean);

  let before: readonly RawDocument[] = raw;
  const stages: ShownStage[] = [];
  let clusters: DataReport['clusters'] = [];
  let perplexities: DataReport['perplexities'] = [];
  let limit: number | null = null;
  for (const name of STAGES.filter((one) => clean.size > 0 || !NEED_CLEAN.includes(one))) {
    const step = await take(name, before, options, onProgress);
    stages.push(shownStep(step, shownAs));
    if (name === 'fuzzy') clusters = clustersOf(step, shownAs);
    if (name === 'perplexity') {
      limit = step.report.details.limit as number;
      perplexities = before
        .filter(({ source }) => !clean.has(source))
        .map(({ text }) => ({ value: step.report.evidence!.model!.perplexity(text), empty: null }));
    }
    before = step.left;
  }
  const texts = sources
    .map(({ name }) => ({
      source: name,
      documents: before.filter(({ source }) => source === name).map(({ text }) => text),
    }))
    .filter(({ documents }) => documents.length > 0);
  return {
    ...{
      pages: raw.length,
      tokens: tokensIn(raw, tokensOf),
      truth: null,
      stages,
      clusters,
      perplexities,
      limit,
      matrix: null,
      cards: [],
    },
    ...{ weights: weightsBy(texts, tokensOf, null), texts },
  };
}

async function take(
  name: StageName,
  before: readonly RawDocument[],
  options: CurateOptions,
  onProgress: OnReading,
): Promise<CuratedStep> {
  const reasons = new Map<number, string>();
  const report = new StageReport(name, ({ index }, reason) => reasons.set(index, reason));
  report.evidence = {};
  const documents = watched(before, (share) => onProgress(name, share));
  const left = await collect(stageOf(name, options)(documents, report));
  return { name, before, left, report, reasons };
}

/** Documents of which is told how far each reading is. */
function watched(list: readonly RawDocument[], tell: (share: number) => void): Documents {
  const step = Math.ceil(list.length / 20);
  return {
    async each(visit) {
      let i = 0;
      await inMemory(list).each((document) => {
        if (i % step === 0) tell(i / list.length);
        i++;
        visit(document);
      });
    },
  };
}
