import { signal } from '@preact/signals';
import type { ComponentChildren, ComponentType, JSX } from 'preact';
import { machine } from '../trainer.ts';
import { Embedded } from './Embedded.tsx';
import { Ending } from './Ending.tsx';
import { Figure } from './Figure.tsx';
import { Footer } from './Footer.tsx';
import { Header } from './Header.tsx';
import { Help } from './Help.tsx';
import { NoGpu } from './NoGpu.tsx';
import { Notices } from './Notices.tsx';
import { Resume } from './Resume.tsx';
import { RunPanel } from './RunPanel.tsx';
import { Setup } from './Setup.tsx';
import { Tour, TourInvitation } from './Tour.tsx';
import { hasRunsToCompare } from '../runs/ledger.ts';
import { isEmbedded, isHidden } from '../state/lesson.ts';
import { type View, view } from '../state/route.ts';
import { runConfig } from '../state/run.ts';
import { text } from '../strings.ts';

export function App() {
  if (isEmbedded) return <Embedded />;
  return (
    <div class="page">
      <Header />
      <Sheet />
      <Footer />
      <Help />
      {view.value === 'run' && <Tour />}
    </div>
  );
}

/** A part of the page that is fetched when it is first asked for. */
function fetched(load: () => Promise<ComponentType>, waiting: (children?: ComponentChildren) => JSX.Element) {
  const part = signal<ComponentType | 'missing' | null>(null);
  return function Fetched() {
    const Part = part.value;
    if (Part === null) {
      load().then(
        (loaded) => (part.value = loaded),
        () => (part.value = 'missing'),
      );
      return waiting();
    }
    return Part === 'missing' ? waiting(<p role="alert">{text.sheetMissing}</p>) : <Part />;
  };
}

const SHEETS: Record<View, ComponentType> = {
  run: RunSheet,
  experiments: fetched(
    () => import('../experiments/Experiments.tsx').then((module) => module.Experiments),
    (children) => <main>{children}</main>,
  ),
  instruments: fetched(
    () => import('../instruments/Instruments.tsx').then((module) => module.Instruments),
    (children) => <main>{children}</main>,
  ),
};

function Sheet() {
  const Shown = SHEETS[view.value];
  return <Shown />;
}

const RunsTable = fetched(
  () => import('../runs/Runs.tsx').then((module) => module.Runs),
  (children) => <div>{children}</div>,
);

const Results = fetched(
  () => import('./Results.tsx').then((module) => module.Results),
  (children) => <div class="results">{children}</div>,
);

function RunSheet() {
  const none = machine.value.kind === 'none' ? machine.value : null;
  return (
    <main class="columns">
      <div class="run">
        <RunPanel />
      </div>
      <div class="picture">
        {none && <NoGpu cause={none.cause} message={none.message} />}
        <TourInvitation />
        <Resume />
        <Ending />
        <Notices />
        <Figure />
        {hasRunsToCompare.value && !isHidden('runs') && <RunsTable />}
        {runConfig.value && <Results />}
      </div>
      <div class="setup">
        <Setup />
      </div>
    </main>
  );
}
