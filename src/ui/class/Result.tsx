/** A laptop's own result as a code and a QR code, for the one who collects them. */
import { useRef } from 'preact/hooks';
import { Copy } from '../components/Copy.tsx';
import { evaluate } from '../../recipe/lessons/measure.ts';
import { answerOf, lessonName, type Loaded } from '../lessons/state.ts';
import { lessonWords } from '../lessons/words.ts';
import { encode, LOSSES } from './code.ts';
import { laptopId } from './id.ts';
import { Qr } from './Qr.tsx';

export function codeOf(step: number, { lesson, recorded }: Loaded): string {
  const { prediction, confidence, runs } = answerOf(step);
  const own = Object.values(runs).findLast((run) => run !== 'recorded');
  const run = own ?? recorded.runs.find(({ run: name }) => Object.hasOwn(runs, name)) ?? recorded.runs[0]!;
  const end = (series: string) => evaluate(`${run.run}.${series}.end`, [run])?.value ?? NaN;
  return encode({
    id: laptopId(),
    lesson: lessonName.value,
    step,
    run: Object.keys(lesson.runs).indexOf(run.run),
    asked: lesson.steps[step - 1]!.ask?.kind ?? null,
    prediction,
    confidence,
    seed: run.seed,
    device: own ? run.device : 'recorded',
    tokens: run.tokens,
    facts: end('facts'),
    archive: end('archive'),
    losses: LOSSES.map(end),
    curve: run.curve.loss,
    before: [],
    after: [],
  });
}

export function Result({ step, from }: { step: number; from: Loaded }) {
  return <Code code={codeOf(step, from)} about={lessonWords.result.about} />;
}

export function Code({ code, about }: { code: string; about: string }) {
  const words = lessonWords.result;
  const shown = useRef<HTMLElement>(null);
  return (
    <section class="result stack-2">
      <h3>{words.heading}</h3>
      <p class="note">{about}</p>
      <div class="result-code">
        <Qr text={code} label={words.qr} side={176} />
        <p>
          <code ref={shown} class="code">
            {code}
          </code>{' '}
          <Copy
            text={code}
            copy={words.copy}
            copied={words.copied}
            notCopied={words.notCopied}
            mark={() => getSelection()?.selectAllChildren(shown.current!)}
          />
        </p>
      </div>
    </section>
  );
}
