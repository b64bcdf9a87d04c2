/** A lab report filled from what was answered and run here: one content, drawn on the page for print and written as Markdown. */
import type { LessonStep } from '../../recipe/lessons/lesson.ts';
import { evaluate, type LessonRun } from '../../recipe/lessons/measure.ts';
import { fill, machinesOf, quantity } from './fill.ts';
import { decimal, integer } from './language.ts';
import { verdict } from './Reveal.tsx';
import type { Answer, Loaded } from './state.ts';
import { lessonWords } from './words.ts';

export interface Section {
  title: string;
  question: string | null;
  /** A label and what belongs to it. */
  lines: [string, string][];
  /** Of the runs: the head, then one row a run. */
  table: string[][];
  why: { question: string; answer: string } | null;
}

const SERIES = ['facts', 'archive', 'web', 'wiki', 'forum', 'qa'];

function rowOf(label: string, run: LessonRun): string[] {
  const end = (series: string): string => {
    const value = evaluate(`${run.run}.${series}.end`, [run]);
    return value ? quantity(value) : '';
  };
  const { seed, device, endStep, firstStep, tokens, seconds } = run;
  return [
    ...[label, String(seed), lessonWords.report.devices[device], integer(endStep - firstStep), integer(tokens)],
    ...[decimal(seconds, 1), end('loss'), ...SERIES.map(end)],
  ];
}

/** Steps that ask for something or train something, in their order. */
export function sectionsOf(from: Loaded, answerOf: (step: number) => Answer): Section[] {
  const { lesson, recorded } = from;
  const words = lessonWords.report;
  const say = (text: string) => fill(text, lesson, recorded.runs);
  const sectionOf = (step: LessonStep, i: number): Section[] => {
    if (!step.ask && !step.runs) return [];
    const { prediction, confidence, why, runs } = answerOf(i + 1);
    const found = verdict(step, prediction, from);
    const made = Object.entries(runs).flatMap(([name, run]) =>
      run === 'recorded' ? recorded.runs.filter((one) => one.run === name) : [run],
    );
    const head = [lessonWords.reveal.runName, words.seed, words.device, words.steps, words.tokens, words.seconds];
    const names = [words.loss, ...SERIES.map((name) => lessonWords.reveal.series[name]!)];
    return [
      {
        title: step.title,
        question: step.ask ? say(step.ask.question) : null,
        lines: !step.ask
          ? []
          : found
            ? [
                [words.prediction, found.said],
                [words.confidence, lessonWords.ask.percent(confidence)],
                // Not before the run: the report gives away what the lesson keeps back.
                ...(made.length > 0 ? ([[words.outcome, found.outcome]] as [string, string][]) : []),
              ]
            : [[words.prediction, words.none]],
        table:
          made.length > 0 ? [[...head, ...names], ...made.map((run) => rowOf(lesson.runs[run.run]!.label, run))] : [],
        why: step.why ? { question: say(step.why), answer: why.trim() } : null,
      },
    ];
  };
  return lesson.steps.flatMap(sectionOf);
}

/** What a reader typed stands in a cell or a line as it is: signs that Markdown reads are escaped. */
const escaped = (text: string): string => text.replaceAll(/[\\`*_[\]<>|#]/g, '\\$&').replaceAll(/\s*\n\s*/g, ' ');
const row = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;

export function markdownOf(from: Loaded, sections: readonly Section[]): string {
  const words = lessonWords.report;
  const parts = [`# ${words.heading(from.lesson.title)}`, from.lesson.goal];
  for (const { title, question, lines, table, why } of sections) {
    parts.push(`## ${title}`);
    if (question) parts.push(`**${question}**`);
    if (lines.length > 0) parts.push(lines.map(([label, text]) => `- ${label}: ${escaped(text)}`).join('\n'));
    if (table.length > 0) {
      const [head, ...rows] = table;
      parts.push([row(head!), row(head!.map(() => '---')), ...rows.map(row)].join('\n'));
    } else parts.push(words.noRun);
    if (why) parts.push(`**${why.question}**`, why.answer ? escaped(why.answer) : words.none);
  }
  return `${[...parts, lessonWords.paper.madeOn(machinesOf(from.recorded).recorded)].join('\n\n')}\n`;
}
