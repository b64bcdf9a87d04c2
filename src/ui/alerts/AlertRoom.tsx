/** The room above the picture in which a run's alerts, and its ending where that is a bad one, appear: nothing moves when they do. */
import { fetched } from '../components/fetched.tsx';
import { isRecorded, notices, runConfig, runState } from '../run/run.ts';
import { figureWords } from '../words/figure.ts';
import { Ending } from '../run/Ending.tsx';

const Alerts = fetched(
  () => import('./Alerts.tsx').then((module) => module.Alerts),
  (children) => <div class="alert-line">{children}</div>,
);

export function AlertRoom() {
  const { kind } = runState.value;
  const hasAlerts = notices.value.length > 0;
  const hasRun = runConfig.value !== null && !isRecorded.value;
  if (!hasRun && !hasAlerts && kind !== 'failed') return null;
  const ended = kind === 'failed' || kind === 'diverged';
  return (
    <section class="alert-room" aria-label={figureWords.alerts.heading}>
      <Ending />
      <div role="status" aria-live="polite">
        {hasAlerts ? <Alerts /> : !ended && <p class="note">{figureWords.alerts.none}</p>}
      </div>
    </section>
  );
}
