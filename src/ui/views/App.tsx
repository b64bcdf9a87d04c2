import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { machine } from '../trainer.ts';
import { Benchmarks } from './Benchmarks.tsx';
import { Ending } from './Ending.tsx';
import { Figure } from './Figure.tsx';
import { Footer } from './Footer.tsx';
import { Header } from './Header.tsx';
import { Help } from './Help.tsx';
import { NoGpu } from './NoGpu.tsx';
import { RunPanel } from './RunPanel.tsx';
import { Samples } from './Samples.tsx';
import { Setup } from './Setup.tsx';
import { SourcesTable } from './SourcesTable.tsx';
import { view } from '../state/route.ts';
import { runConfig } from '../state/run.ts';
import { text } from '../strings.ts';

export function App() {
  return (
    <div class="page">
      <Header />
      {view.value === 'run' ? <RunSheet /> : <ExperimentsSheet />}
      <Footer />
      <Help />
    </div>
  );
}

const experiments = signal<ComponentType | 'missing' | null>(null);

/** Fetched when it is first asked for. */
function ExperimentsSheet() {
  const Sheet = experiments.value;
  if (Sheet === null) {
    import('../experiments/Experiments.tsx').then(
      (module) => (experiments.value = module.Experiments),
      () => (experiments.value = 'missing'),
    );
  }
  if (Sheet === null || Sheet === 'missing') return <main>{Sheet && <p role="alert">{text.sheetMissing}</p>}</main>;
  return <Sheet />;
}

function RunSheet() {
  const none = machine.value.kind === 'none' ? machine.value : null;
  return (
    <main class="columns">
      <div class="run">
        <RunPanel />
      </div>
      <div class="picture">
        {none && <NoGpu cause={none.cause} message={none.message} />}
        <Ending />
        <Figure />
        {runConfig.value && (
          <div class="results">
            <div class="stack-6">
              <SourcesTable />
              <Benchmarks />
            </div>
            <Samples />
          </div>
        )}
      </div>
      <div class="setup">
        <Setup />
      </div>
    </main>
  );
}
