/** The results of an experiment as the JSON file that page and terminal write, and readResults.ts reads. */
import type { RunConfig } from '../../config/run.ts';
import type { ExperimentResults } from './results.ts';

export interface ResultsFile extends ExperimentResults {
  /** What the rows were trained on. */
  adapter?: string;
  /** Every setting; each row has a seed of its own in place of its seed. */
  config: RunConfig;
}

/** A row a line: the file stays small and its history readable. */
export function resultsFile({ rows, ...head }: ResultsFile): string {
  const lines = rows.map((row) => JSON.stringify(row)).join(',\n');
  return `${JSON.stringify(head).slice(0, -1)},"rows":[\n${lines}\n]}\n`;
}
