/**
 * The recipe without a page. `npm run recipe -- --preset NAME …` trains; `score` and `sample` use what it wrote; `experiment` runs
 * the arms of one of the paper's comparisons; `range` and `grid` look for a rate. The same train/run.ts as the page's worker.
 * Progress on stderr; a bad input is one sentence and a non-zero exit.
 */
import { runCommand } from './commands.ts';

await runCommand(process.argv.slice(2));
