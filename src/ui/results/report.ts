/** A run as one folder: settings, every logged number, the picture, the model, and a report that says what is what. */
import { differences } from '../../config/difference.ts';
import { presetConfig } from '../../config/presets.ts';
import type { RunConfig } from '../../config/run.ts';
import { encodeHash } from '../../config/url.ts';
import type { AdapterReport, HeldOutPoint, ModelFile, Sample } from '../../protocol.ts';
import { changeOf } from '../../recipe/results/conclusion.ts';
import type { RunPlan } from '../../recipe/phases.ts';
import { csvOf, jsonLinesOf, type Logged } from '../chart/csv.ts';
import { currentId, differenceOf, records } from '../runs/ledger.ts';
import { isDrawn } from '../runs/overlays.ts';
import { heldOutOf } from '../runs/rows.ts';
import { exportModel, machine } from '../trainer.ts';
import { figureWords } from '../words/figure.ts';
import { reportWords } from '../words/report.ts';
import { resultsWords } from '../words/results.ts';
import { runsWords } from '../words/runs.ts';
import * as format from '../format.ts';
import { shownPlan } from '../recipe/config.ts';
import { pictureSvg, pngBlob, shownRuns } from '../chart/pictures.ts';
import { heldOut, history, runConfig, samples } from '../run/run.ts';
import { shownSummary, smoother } from '../run/shown.ts';

/** Texts of the model in the report. */
const SAMPLES = 3;

export interface Report {
  config: RunConfig;
  plan: RunPlan;
  /** Address of the page with these settings. */
  link: string;
  adapter: AdapterReport | null;
  /** The picture in a sentence or two. */
  summary: string;
  heldOut: readonly HeldOutPoint[];
  samples: readonly Sample[];
  /** To the fixed questions, phase by phase. */
  answers: readonly Sample[];
  /** The runs drawn beside this one. */
  others: readonly { name: string; difference: string | null; loss: number | null; heldOut: number | null }[];
}

/** The report as Markdown. */
export function reportOf(report: Report): string {
  const { config, plan, link, adapter, summary } = report;
  const words = reportWords;
  const changed = differences(config, presetConfig(config.preset));
  const first = report.heldOut[0]?.loss ?? {};
  const atSwitch = report.heldOut.find(({ step }) => step === plan.switchStep);
  const ended = report.heldOut.at(-1);
  const last: Record<string, number> = Object.assign({}, ...report.heldOut.map(({ loss }) => loss));
  const number = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : format.loss(value);
  const sections = [
    `# ${words.title(config.preset, config.seed)}`,
    summary,
    '![](picture.png)',
    `${words.repeat} <${link}>`,
    adapter && words.machine([adapter.description, adapter.vendor, adapter.architecture].filter(Boolean).join(', ')),
    `## ${words.settings}`,
    changed.length === 0
      ? words.unchanged
      : table(
          words.settingColumns,
          changed.map(({ label, from, to }) => [label, from ?? '', to]),
        ),
    `## ${words.phases}`,
    table(
      words.phaseColumns,
      plan.phases.map(({ name, firstStep, steps }) => [
        figureWords.phase[name],
        format.integer(firstStep),
        format.integer(steps),
        format.short(plan.tokensBefore(firstStep + steps) - plan.tokensBefore(firstStep)),
        format.rate(plan.at(firstStep).lr),
        format.rate(plan.at(firstStep + steps - 1).lr),
      ]),
    ),
    `## ${resultsWords.sources.heading}`,
    Object.keys(last).length === 0
      ? words.unmeasured
      : table(
          words.heldOutColumns,
          Object.entries(last).map(([source, loss]) => {
            const moved = atSwitch && ended && changeOf(atSwitch, ended, [source]);
            return [
              source,
              number(first[source]),
              number(atSwitch?.loss[source]),
              number(loss),
              moved ? resultsWords.sources.withError(moved.change, moved.error) : '',
            ];
          }),
        ),
    ...(report.others.length > 0
      ? [
          `## ${words.others}`,
          table(
            words.otherColumns,
            report.others.map((other) => [
              other.name,
              other.difference ?? runsWords.isBaseline,
              number(other.loss),
              number(other.heldOut),
            ]),
          ),
        ]
      : []),
    ...(report.answers.length > 0
      ? [
          `## ${resultsWords.answers.heading}`,
          table(
            [resultsWords.answers.prompt, resultsWords.answers.expected, resultsWords.answers.answer],
            report.answers.map(({ step, prompt, text: written, question }) => [
              `${prompt} (${resultsWords.answers.at(step)})`,
              question!.expected,
              written,
            ]),
          ),
        ]
      : []),
    ...(report.samples.length > 0 ? [`## ${resultsWords.samples.heading}`] : []),
    ...report.samples.flatMap((sample) => [
      resultsWords.samples.at(sample.step) + ':',
      quoted(sample.prompt + sample.text),
    ]),
    `## ${words.files}`,
    words.fileList.map(([name, what]) => `- \`${name}\`: ${what}`).join('\n'),
  ];
  return `${sections.filter((section) => section !== null).join('\n\n')}\n`;
}

/** A cell holds no line break, and a bar in it is no border. */
const cell = (words: string) => words.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** As a code block, by indentation: nothing in the text can end it. */
const quoted = (words: string) =>
  words
    .split(/\r?\n/)
    .map((line) => `    ${line}`)
    .join('\n');

/** Every file of the run on the page; `withModel`: its weights lie still. */
export async function reportFiles(withModel: boolean): Promise<ModelFile[]> {
  const config = runConfig.value;
  if (!config) return [];
  const plan = shownPlan.value;
  const [own, ...beside] = shownRuns();
  const others = records.value.filter(
    (record) => record.id !== currentId.value && isDrawn(record) && record.state.kind !== 'queued',
  );
  const report = reportOf({
    config,
    plan,
    link: location.origin + location.pathname + encodeHash(config),
    adapter: machine.value.kind === 'ready' ? machine.value.adapter : null,
    summary: shownSummary(),
    heldOut: heldOut.value,
    samples: samples.value.filter(({ question }) => !question).slice(-SAMPLES),
    answers: samples.value.filter(({ question }) => question),
    others: others.map((record) => ({
      name: record.name,
      difference: differenceOf(record),
      loss: record.figures.loss,
      heldOut: heldOutOf(record, null),
    })),
  });
  const encoder = new TextEncoder();
  const file = (name: string, words: string): ModelFile => ({ name, bytes: encoder.encode(words) });
  const logged: Logged = own ?? { name: '', curve: history, average: smoother.value.values };
  const model = withModel ? await exportModel() : [];
  return [
    file('report.md', report),
    file('config.json', `${JSON.stringify(config, null, 2)}\n`),
    file('metrics.csv', csvOf([logged])),
    file('metrics.jsonl', jsonLinesOf(logged)),
    file('held-out.jsonl', heldOut.value.map((point) => `${JSON.stringify(point)}\n`).join('')),
    ...(beside.length > 0 ? [file('other-runs.csv', csvOf(beside))] : []),
    file('picture.svg', pictureSvg()),
    { name: 'picture.png', bytes: new Uint8Array(await (await pngBlob()).arrayBuffer()) },
    ...model.map(({ name, bytes }) => ({ name: `model/${name}`, bytes })),
  ];
}
