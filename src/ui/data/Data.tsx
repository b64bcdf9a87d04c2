/** The sheet of data: a crawl on its way to a blend, and what models learn from each step. */
import '../style/experiments.css';
import '../style/data.css';
import { useEffect } from 'preact/hooks';
import { Clusters, Documents } from './Documents.tsx';
import { Perplexities } from './Perplexities.tsx';
import { fetchResults, make, problem, report, seed, survivor, working } from './state.ts';
import { Flow } from './Flow.tsx';
import { Matrix, Trained, Weights } from './Tables.tsx';
import { words } from './words.ts';

/** Seeds are any whole number; a hand is enough to try. */
const SEEDS = [1, 2, 3, 4, 5];

export function Data() {
  useEffect(() => {
    if (!report.value && working.value === null) void make();
    void fetchResults();
  }, []);
  const found = report.value;
  return (
    <main class="columns">
      <div class="run stack-4">
        <h2>{words.heading}</h2>
        <p>{words.about}</p>
        <p>{words.thick}</p>
        <label class="field">
          {words.seed}
          <select
            value={seed.value}
            onChange={(event) => {
              seed.value = Number(event.currentTarget.value);
              void make();
            }}
          >
            {SEEDS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label class="field">
          {words.survivor}
          <select
            value={survivor.value}
            onChange={(event) => {
              survivor.value = event.currentTarget.value as 'older' | 'newer';
              void make();
            }}
          >
            <option value="older">{words.older}</option>
            <option value="newer">{words.newer}</option>
          </select>
        </label>
        <p class="note" role="status">
          {working.value !== null && words.working(working.value)}
        </p>
        {problem.value !== null && (
          <p class="problem" role="alert">
            {words.failed(problem.value)}
          </p>
        )}
      </div>
      <div class="picture findings data-sheet" id="chart" tabIndex={-1}>
        {found && (
          <>
            <Flow report={found} />
            <Documents report={found} />
            <Clusters report={found} />
            <Perplexities report={found} />
            <Matrix report={found} />
            <Weights report={found} />
          </>
        )}
        <Trained />
      </div>
    </main>
  );
}
