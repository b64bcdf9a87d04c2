/** What the next run needs and takes, told before it starts: memory against this machine's limits, text, time. */
import { Fact } from '../components/Fact.tsx';
import type { Needs } from '../../protocol.ts';
import { isActive } from './controls.ts';
import { state } from '../recipe/config.ts';
import { isExperimenting } from '../experiments/experimentState.ts';
import { isLocked } from '../page/lesson.ts';
import { draws, measure, measuring, prediction, preflight } from './preflight.ts';
import { runState } from './run.ts';
import { hasGpu, stopCalibrating } from '../trainer.ts';
import { resultsWords } from '../words/results.ts';
import { startWords } from '../words/start.ts';
import * as format from '../format.ts';

export function BeforeRun() {
  const known = preflight.value;
  if (!known) return null;
  const { needs } = known;
  const time = prediction.value;
  const words = startWords.before;
  return (
    <div class="stack-2">
      <TooMuch needs={needs} />
      <details class="before">
        <summary>{words.summary(needs.bytes, hasGpu.value, time?.seconds ?? null)}</summary>
        <dl class="facts">
          <Fact name={words.parameters}>{format.integer(needs.parameters)}</Fact>
          <Fact name={words.memory}>
            {format.bytes(needs.bytes)}
            {needs.recomputed && <span class="note"> {words.recomputed}</span>}
          </Fact>
          <Fact name={words.largest}>{words.largestOf(needs.largest.name, needs.largest.bytes, needs.limit)}</Fact>
          <Fact name={words.time}>
            {time ? words.seconds(time) : words.unmeasured}
            {time && <span class="note"> {words.parts(time.parts)}</span>}
          </Fact>
        </dl>
        <Measure again={time !== null} />
        <table>
          <thead>
            <tr>
              <th scope="col">{resultsWords.sources.source}</th>
              <th scope="col">{resultsWords.sources.tokens}</th>
              <th scope="col">{resultsWords.sources.epochs}</th>
            </tr>
          </thead>
          <tbody>
            {draws.value.map(({ name, tokens, passes }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{format.short(tokens)}</td>
                <td>{passes === 'endless' ? words.endless : passes !== null && format.shareRead(passes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p class="note">{words.passesNote(known.calibration !== null)}</p>
      </details>
    </div>
  );
}

/** What is wrong with the memory it takes, and the nearest settings that mend it at one press. */
function TooMuch({ needs }: { needs: Needs }) {
  const { verdict, largest, limit, bytes, instead } = needs;
  if (verdict === 'fits') return null;
  const words = startWords.before;
  const changes = instead?.changes ?? [];
  return (
    <div class="problem" role="alert">
      <p>
        {verdict === 'too-large'
          ? words.tooLarge(largest.name, largest.bytes, limit)
          : words.heavy(bytes, hasGpu.value)}
      </p>
      <p>{instead ? words.wouldFit(changes, instead.bytes) : words.nothingFits}</p>
      {instead && !changes.some(({ key }) => isLocked(key)) && (
        <button type="button" onClick={() => changes.forEach(({ key, to }) => state(key, to))}>
          {words.useThese}
        </button>
      )}
    </div>
  );
}

function Measure({ again }: { again: boolean }) {
  const now = measuring.value;
  const words = startWords.before;
  const busy = isActive(runState.value) || isExperimenting.value || preflight.value?.needs.verdict === 'too-large';
  return (
    <div class="buttons">
      {now.kind === 'measuring' ? (
        <button type="button" onClick={() => void stopCalibrating()}>
          {startWords.run.stop}
        </button>
      ) : (
        <button type="button" disabled={busy} onClick={() => void measure()}>
          {again ? words.measureAgain : words.measure}
        </button>
      )}
      <span class="note" role="status">
        {now.kind === 'measuring' && words.measuring}
        {now.kind === 'failed' && words.failed(now.message)}
      </span>
    </div>
  );
}
