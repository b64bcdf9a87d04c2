import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/base.css';
import './style/page.css';
import './style/figure.css';
import './style/forms.css';
import './style/facts.css';
import { announceRun } from './page/announce.ts';
import { lookForSaved, saveOnLeaving } from './runs/saved.ts';
import { askForShippedBase } from './recipe/base.ts';
import { refuseStrayDrops } from './files/strayDrops.ts';
import { keepLink } from './page/link.ts';
import { keepOffline } from './page/offline.ts';
import { askBeforeRun } from './run/preflight.ts';
import { listenToKeys } from './page/keys.ts';
import { asksForLesson, isEmbedded } from './page/lesson.ts';
import { dismissTips } from './page/tips.ts';
import { tellMishaps } from './page/mishaps.ts';
import { keepAwake } from './page/wakeLock.ts';
import { titleFollowsRun } from './page/title.ts';
import { keepRuns } from './runs/ledger.ts';
import { runQueue } from './runs/queue.ts';
import { askMachine } from './trainer.ts';
import { App } from './page/App.tsx';

const root = document.getElementById('app')!;
root.replaceChildren();
tellMishaps();
keepLink();
render(<App />, root);
titleFollowsRun();
announceRun();
if (!isEmbedded) keepAwake(); // in a frame that is for the page around it
listenToKeys();
dismissTips();
refuseStrayDrops();
keepRuns();
runQueue();
askBeforeRun();
lookForSaved();
saveOnLeaving();

void firstPaint().then(() => {
  askForShippedBase(); // of the worker
  void import('./run/fitted.ts').then(({ fitPreset }) => fitPreset());
  // The page around a frame says what is to be seen.
  if (!isEmbedded && !asksForLesson) void import('./run/recorded.ts').then(({ offerRecorded }) => offerRecorded());
  if (!isEmbedded) void import('./files/keeping.ts').then(({ keepTexts }) => keepTexts());
  return askMachine().then(keepOffline);
});

/**
 * Settles when the page is on the screen: the browser tells of its first paint, which may have been index.html's sentence, and a frame of
 * what was rendered has been drawn after it. Where the browser does not tell, five seconds after the first frame.
 */
function firstPaint(): Promise<unknown> {
  const told = new Promise((resolve) =>
    new PerformanceObserver((list) => {
      if (list.getEntriesByName('first-contentful-paint').length > 0) resolve(list);
    }).observe({ type: 'paint', buffered: true }),
  );
  const frame = (millis: number) => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, millis)));
  // A machine with thirty tabs takes this long to put a page on the screen; starting the worker before would hold that up.
  return Promise.race([told.then(() => frame(0)), frame(5000)]);
}
