/** What `curate` says of its work: report.json, report.md and blend.json. */
import type { StageReport } from '../../data/stages/stage.ts';
import type { Languages } from '../../protocol.ts';
import { languageWords } from '../../words/languages.ts';
import { curateWords } from '../words/curate.ts';
import { alphaSampling, normalized, unimax, type GivenWeight, weightsOf } from '../../recipe/weights.ts';

export interface StageRow {
  name: string;
  in: number;
  out: number;
  reasons: Record<string, number>;
  seconds: number;
  details: Record<string, unknown>;
  notes: string[];
}

export const stageRow = (report: StageReport, seconds: number): StageRow => ({
  ...{ name: report.name, in: report.in, out: report.out },
  reasons: Object.fromEntries([...report.reasons].sort(([a], [b]) => (a < b ? -1 : 1))),
  ...{ seconds, details: report.details, notes: report.notes },
});

export interface SourceRow {
  in: number;
  out: number;
  /** UTF-8 bytes of text that came in, and that are left. */
  bytesIn: number;
  bytes: number;
  /** Of what is left. */
  languages: Languages;
}

export interface CurateReport {
  in: number;
  out: number;
  dropped: number;
  stages: StageRow[];
  sources: Record<string, SourceRow>;
  options: Record<string, unknown>;
  examples: Record<string, StageReport['examples']>;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

export function markdownReport(report: CurateReport): string {
  const words = curateWords.report;
  const lines = [words.title, '', words.sums(report.in, report.out, report.dropped), ''];
  lines.push(words.stages, '| --- | ---: | ---: | --- | ---: |');
  for (const { name, in: came, out, reasons, seconds } of report.stages) {
    const why = Object.entries(reasons).map(([reason, count]) => `${reason} ${count}`);
    lines.push(`| ${name} | ${came} | ${out} | ${cell(why.join(', ')) || words.none} | ${seconds.toFixed(2)} |`);
  }
  lines.push('', words.sources, '| --- | ---: | ---: | ---: | --- |');
  for (const [name, { in: came, out, bytes, bytesIn, languages }] of Object.entries(report.sources)) {
    const kept = percent(bytesIn === 0 ? 0 : bytes / bytesIn);
    lines.push(`| ${name} | ${came} | ${out} | ${kept} | ${languageWords.listed(languages.shares) || words.none} |`);
  }
  for (const { name, notes } of report.stages) for (const note of notes) lines.push('', `${name}: ${note}`);
  for (const [name, examples] of Object.entries(report.examples)) {
    if (examples.length === 0) continue;
    lines.push('', `## ${name}`, '');
    for (const { id, source, text, reason } of examples) {
      const short = cell(text.length > 160 ? `${text.slice(0, 160)}…` : text);
      lines.push(
        `- ${reason === null ? words.kept : words.dropped(reason)} (${cell([source, id].filter(Boolean).join(' '))}): ${short}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

export interface BlendFile {
  /** Shares of the sources in their own proportions. */
  blend: Record<string, number>;
  /** What sizes are counted in: tokens follow when a tokenizer is chosen. */
  unit: 'bytes';
  /** All that is left, once: the budget that epochs are counted for. */
  budget: number;
  methods: Record<string, GivenWeight[]>;
}

/** The sources that are left, by every method that needs no training. */
export function blendOf(sources: Readonly<Record<string, SourceRow>>): BlendFile {
  const left = Object.entries(sources).filter(([, { bytes }]) => bytes > 0);
  const sizes = Object.fromEntries(left.map(([name, { bytes }]) => [name, bytes]));
  const list = Object.values(sizes);
  const budget = list.reduce((a, b) => a + b, 0);
  if (budget === 0) return { blend: {}, unit: 'bytes', budget, methods: {} };
  const methods: Record<string, number[]> = {
    proportional: normalized(list),
    'alpha 1.3, flat': alphaSampling(list),
    'alpha 1.3, sharp': alphaSampling(list, 1.3, 'sharp'),
    'UniMax, 1 epoch': normalized(unimax(list, budget, 1)),
    'UniMax, 2 epochs': normalized(unimax(list, budget, 2)),
    even: normalized(list.map(() => 1)),
  };
  const names = Object.keys(sizes);
  return {
    blend: Object.fromEntries(methods.proportional!.map((share, i) => [names[i]!, share])),
    ...{ unit: 'bytes', budget },
    methods: Object.fromEntries(
      Object.entries(methods).map(([name, shares]) => [name, weightsOf(sizes, shares, budget)]),
    ),
  };
}
