/** The class's results: codes pasted, dropped or scanned, and what they come to. Nothing is sent. */
import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { mean, standardDeviation } from '../../recipe/statistics.ts';
import type { LESSON_NAMES } from '../../recipe/lessons/lesson.ts';
import * as format from '../format.ts';
import { decimal, integer } from '../lessons/language.ts';
import { lessonWords } from '../lessons/words.ts';
import { saveFile } from '../results/save.ts';
import { type ClassResult, LOSSES, QUESTIONS } from './code.ts';
import { items, itemsCsv } from './mcnemar.ts';
import { bandOf, histogram, onEqualTokens, tally } from './tally.ts';

/** Every code that came, as text: what is counted follows from it. */
const codes = signal('');
const add = (text: string) => (codes.value += `\n${text}`);

export function Tally() {
  const words = lessonWords.tally;
  const draft = useSignal('');
  const isScanning = useSignal(false);
  const { results, laptops, twice, bad } = tally(codes.value);
  const lessons = [...new Set(results.filter(({ step }) => step > 0).map(({ lesson, step }) => `${lesson} ${step}`))];
  const quiz = items(results, QUESTIONS);
  return (
    <main
      class="tally stack-4"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        for (const file of event.dataTransfer?.files ?? []) void file.text().then(add);
      }}
    >
      <h2>{words.heading}</h2>
      <p class="note">{words.about}</p>
      <form
        class="stack-2"
        onSubmit={(event) => {
          event.preventDefault();
          add(draft.value);
          draft.value = '';
        }}
      >
        <label>
          {words.paste}
          <textarea rows={2} value={draft.value} onInput={({ currentTarget }) => (draft.value = currentTarget.value)} />
        </label>
        <div class="buttons">
          <button type="submit" class="primary">
            {words.add}
          </button>
          <label>
            {words.drop}{' '}
            <input
              type="file"
              multiple
              onChange={({ currentTarget }) =>
                [...(currentTarget.files ?? [])].forEach((file) => void file.text().then(add))
              }
            />
          </label>
          <button type="button" onClick={() => (isScanning.value = !isScanning.value)}>
            {isScanning.value ? words.stopScan : words.scan}
          </button>
          <button type="button" class="quiet" onClick={() => (codes.value = '')}>
            {words.clear}
          </button>
        </div>
      </form>
      {isScanning.value && <Camera />}
      <p role="status">
        {results.length === 0 ? words.none : words.counted(laptops, results.length)} {twice > 0 && words.twice(twice)}
      </p>
      {bad.length > 0 && (
        <div class="problem" role="alert">
          {words.bad(bad.length)}
          <ul>
            {bad.map(({ code, fault }, i) => (
              <li key={i}>
                <code>{code}</code> {words.faults[fault]}
              </li>
            ))}
          </ul>
        </div>
      )}
      {lessons.map((name) => (
        <OneLesson key={name} results={results.filter(({ lesson, step }) => `${lesson} ${step}` === name)} />
      ))}
      {quiz[0]!.pairs > 0 && (
        <section>
          <h3>{lessonWords.quiz.heading}</h3>
          <table>
            <thead>
              <tr>
                {[
                  lessonWords.quiz.item,
                  lessonWords.quiz.pairs,
                  lessonWords.quiz.rightBefore,
                  lessonWords.quiz.rightAfter,
                  lessonWords.quiz.p,
                  lessonWords.quiz.power,
                ].map((title) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {quiz.map(({ pairs, before, after, p, power }, i) => (
                <tr key={i}>
                  <th scope="row">{i + 1}</th>
                  <td>{pairs}</td>
                  <td>{before}</td>
                  <td>{after}</td>
                  <td>{p.toPrecision(2)}</td>
                  <td>{format.percent(power)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p class="note">{lessonWords.quiz.powerAbout}</p>
          <button
            type="button"
            onClick={() => void saveFile('questions.csv', new Blob([itemsCsv(quiz)], { type: 'text/csv' }))}
          >
            {words.saveCsv}
          </button>
        </section>
      )}
    </main>
  );
}

/** Of a number, ten bins; of a choice, its four options. */
const BINS = 10;
const OPTIONS = 4;
const [WIDTH, HEIGHT] = [560, 200];

function OneLesson({ results }: { results: ClassResult[] }) {
  const { lesson, step } = results[0]!;
  const words = lessonWords.tally;
  const numbers = results.flatMap(({ prediction }) => (typeof prediction === 'number' ? [prediction] : []));
  const isChoice = results[0]!.asked === 'choice';
  const [from, to] = isChoice ? [0, OPTIONS] : [Math.min(...numbers), Math.max(...numbers, Math.min(...numbers) + 1)];
  const bins = histogram(numbers, from, to, isChoice ? OPTIONS : BINS);
  const binLabel = (i: number) => (isChoice ? String(i + 1) : (from + (i * (to - from)) / BINS).toFixed(0));
  const { tokens, curves } = onEqualTokens(results);
  const band = bandOf(curves);
  const all = curves.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const place = (value: number, i: number, of: number) =>
    `${((i / (of - 1)) * WIDTH).toFixed(1)},${(HEIGHT - ((value - low) / (high - low || 1)) * HEIGHT).toFixed(1)}`;
  const line = (values: readonly number[]) => values.map((value, i) => place(value, i, values.length)).join(' ');
  const { series } = lessonWords.reveal;
  const ends: [string, number[], (value: number) => string][] = [
    [series.facts!, results.map((one) => one.facts), (value) => `${decimal(value, 1)} %`],
    [series.archive!, results.map((one) => one.archive), (value) => `${decimal(value, 1)} %`],
    ...LOSSES.map((name, i): (typeof ends)[number] => [
      series[name] ?? lessonWords.report.loss,
      results.map(({ losses }) => losses[i]!),
      (value) => decimal(value, 3),
    ]),
  ];
  return (
    <section class="stack-2">
      <h3>
        {words.lesson}: {lessonWords.lessons.titles[lesson as (typeof LESSON_NAMES)[number]]} · {words.step(step)}
      </h3>
      {numbers.length > 0 && (
        <>
          <h4 class="note">{words.predictions}</h4>
          <div class="bars">
            {bins.map((count, i) => (
              <div key={i} class="bar">
                <span class="count">{count}</span>
                <svg aria-hidden="true" width="40" height="80" viewBox="0 0 40 80">
                  <rect
                    x="0"
                    width="40"
                    y={80 - (80 * count) / Math.max(...bins, 1)}
                    height={(80 * count) / Math.max(...bins, 1)}
                  />
                </svg>
                <span>{binLabel(i)}</span>
              </div>
            ))}
          </div>
        </>
      )}
      <p>
        {words.sure}: {Math.round(mean(results.map(({ confidence }) => confidence)))} %.
      </p>
      <ul>
        {ends
          .map(([label, values, write]) => [label, values.filter(Number.isFinite), write] as const)
          .filter(([, values]) => values.length > 1)
          .map(([label, values, write]) => (
            <li key={label}>
              {label}, {words.end}: {words.meanOf(write(mean(values)), write(standardDeviation(values)), values.length)}
            </li>
          ))}
      </ul>
      {curves.length > 0 && (
        <>
          <p class="note">
            {words.curves}. {words.equal(integer(tokens))}
          </p>
          <svg class="class-curves" role="img" aria-label={words.curves} viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
            {band && <polygon points={`${line(band.low)} ${line(band.high).split(' ').reverse().join(' ')}`} />}
            {curves.map((curve, i) => (
              <polyline key={i} class="one" points={line(curve)} />
            ))}
            {band && <polyline class="mean" points={line(band.mean)} />}
          </svg>
        </>
      )}
    </section>
  );
}

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type MakeDetector = new (options: { formats: string[] }) => Detector;

/** The browser's own detector where it has one; else the library's. */
async function newDetector(): Promise<Detector> {
  const own = (globalThis as { BarcodeDetector?: MakeDetector }).BarcodeDetector;
  const Made = own ?? ((await import('qr/decode.js')).BarcodeDetector as unknown as MakeDetector);
  return new Made({ formats: ['qr_code'] });
}

function Camera() {
  const video = useRef<HTMLVideoElement>(null);
  const problem = useSignal<string | null>(null);
  useEffect(() => {
    const over = new AbortController();
    let stream: MediaStream | null = null;
    const seen = new Set<string>();
    const scan = async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
        const shown = video.current!;
        shown.srcObject = stream;
        await shown.play();
        const detector = await newDetector();
        while (!over.signal.aborted) {
          const found = await detector.detect(shown).catch(() => []);
          for (const { rawValue } of found) if (!seen.has(rawValue) && seen.add(rawValue)) add(rawValue);
          await new Promise(requestAnimationFrame);
        }
      } catch (error) {
        problem.value = error instanceof Error ? error.message : String(error);
      } finally {
        stream?.getTracks().forEach((track) => track.stop());
      }
    };
    void scan();
    return () => over.abort();
  }, []);
  return problem.value ? (
    <p role="alert">{lessonWords.tally.noCamera(problem.value)}</p>
  ) : (
    <video ref={video} class="camera" muted playsInline />
  );
}
