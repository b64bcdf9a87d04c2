import { machine } from '../trainer.ts';
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
import { runConfig } from '../state/run.ts';

export function App() {
  const none = machine.value.kind === 'none' ? machine.value : null;
  return (
    <div class="page">
      <Header />
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
              <SourcesTable />
              <Samples />
            </div>
          )}
        </div>
        <div class="setup">
          <Setup />
        </div>
      </main>
      <Footer />
      <Help />
    </div>
  );
}
