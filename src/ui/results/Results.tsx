/** What came of the run, source by source and in its own words; fetched with the first run. */
import { isHidden } from '../page/lesson.ts';
import { hasRunsToCompare } from '../runs/ledger.ts';
import { SharedRuns } from '../runs/shared/SharedRuns.tsx';
import { Answers } from './Answers.tsx';
import { Benchmarks } from './Benchmarks.tsx';
import { Samples } from './Samples.tsx';
import { SourcesTable } from './SourcesTable.tsx';

export function Results() {
  return (
    <div class="results">
      <div class="stack-6">
        <SourcesTable />
        <Benchmarks />
        {/* The list of runs has it too, once there is one. */}
        {!hasRunsToCompare.value && !isHidden('runs') && <SharedRuns />}
      </div>
      {!isHidden('samples') && <Samples />}
      {!isHidden('samples') && <Answers />}
    </div>
  );
}
