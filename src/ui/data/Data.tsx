/** The sheet of data: raw text on its way to a blend, and what models learn from each step. */
import '../style/experiments.css';
import '../style/data.css';
import { useEffect } from 'preact/hooks';
import { Choice } from './Choice.tsx';
import { Clusters, Documents } from './Documents.tsx';
import { Flow } from './Flow.tsx';
import { Perplexities } from './Perplexities.tsx';
import { fetchResults, make, origin, report, working } from './state.ts';
import { Groups, Matrix, Trained, Weights } from './Tables.tsx';
import { words } from './words.ts';

export function Data() {
  useEffect(() => {
    if (!report.value && working.value === null && origin.value === 'crawl') void make();
    void fetchResults();
  }, []);
  const found = report.value;
  return (
    <main class="columns">
      <div class="run stack-4">
        <h2>{words.heading}</h2>
        {origin.value === 'crawl' ? (
          <>
            <p>{words.aboutCrawl}</p>
            <p>{words.thick}</p>
          </>
        ) : (
          <p>{words.aboutText}</p>
        )}
        <Choice />
      </div>
      <div class="picture findings data-sheet" id="chart" tabIndex={-1}>
        {found ? (
          <>
            <Flow report={found} />
            <Documents report={found} />
            <Clusters report={found} />
            <Perplexities report={found} />
            <Matrix report={found} />
            <Weights report={found} />
          </>
        ) : (
          origin.value === 'text' && <p>{words.nothingYet}</p>
        )}
        {origin.value === 'crawl' && (
          <>
            <Trained />
            <Groups />
          </>
        )}
      </div>
    </main>
  );
}
