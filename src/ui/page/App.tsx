import type { ComponentType } from 'preact';
import { AlertRoom } from '../alerts/AlertRoom.tsx';
import { fetched } from '../components/fetched.tsx';
import { machine } from '../trainer.ts';
import { AtHand } from '../run/AtHand.tsx';
import { Embedded } from './Embedded.tsx';
import { Figure } from '../chart/Figure.tsx';
import { Footer } from './Footer.tsx';
import { Header } from './Header.tsx';
import { Help } from './Help.tsx';
import { NoGpu } from '../machine/NoGpu.tsx';
import { Resume } from '../runs/Resume.tsx';
import { Besides, RunPanel } from '../run/RunPanel.tsx';
import { Setup } from '../recipe/Setup.tsx';
import { Tour, TourInvitation } from './Tour.tsx';
import { hasRunsToCompare, removedRows } from '../runs/ledger.ts';
import { asksForLesson, isEmbedded, isHidden } from './lesson.ts';
import { type View, view } from './route.ts';
import { isRecorded, runConfig } from '../run/run.ts';
import { deletedSaves } from '../runs/saved.ts';

export function App() {
  if (isEmbedded) return <Embedded />;
  if (asksForLesson) return <LessonPage />;
  return (
    <div class="page">
      <Header />
      <Sheet />
      <Footer />
      <Help />
      {view.value === 'run' && <Tour />}
      {(removedRows.value.length > 0 || deletedSaves.value.length > 0) && <UndoBar />}
    </div>
  );
}

const LessonPage = fetched(
  () => import('../lessons/LessonPage.tsx').then((module) => module.LessonPage),
  (children) => <main class="page">{children}</main>,
);

const SHEETS: Record<View, ComponentType> = {
  run: RunSheet,
  experiments: fetched(
    () => import('../experiments/Experiments.tsx').then((module) => module.Experiments),
    (children) => <main>{children}</main>,
  ),
  data: fetched(
    () => import('../data/Data.tsx').then((module) => module.Data),
    (children) => <main>{children}</main>,
  ),
  align: fetched(
    () => import('../align/Align.tsx').then((module) => module.Align),
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

const Recorded = fetched(
  () => import('../run/Recorded.tsx').then((module) => module.Recorded),
  () => <p class="recorded note" />,
);

const RunsTable = fetched(
  () => import('../runs/Runs.tsx').then((module) => module.Runs),
  (children) => <div>{children}</div>,
);

const UndoBar = fetched(
  () => import('../runs/Undo.tsx').then((module) => module.Undo),
  (children) => <div>{children}</div>,
);

const Results = fetched(
  () => import('../results/Results.tsx').then((module) => module.Results),
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
        <AtHand />
        <AlertRoom />
        {isRecorded.value && <Recorded />}
        <Figure />
        {hasRunsToCompare.value && !isHidden('runs') && <RunsTable />}
        {runConfig.value && <Results />}
      </div>
      <div class="setup">
        <Besides />
        <Setup />
      </div>
    </main>
  );
}
