/**
 * The recipe without a page: `npm run recipe -- --preset NAME …` trains; main.ts has the other commands, and `--help` lists them. The
 * same train/run/run.ts as the page's worker. Progress on stderr; a bad input is one sentence and a non-zero exit. What is asked to end
 * (Ctrl-C, or a signal of the same meaning) saves and ends; asked twice, it ends at once.
 */
import { main } from './main.ts';
import { openBackend } from './node/backend.ts';

const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ended.signal.aborted) process.exit(130);
    ended.abort();
  });
}
process.exitCode = await main(process.argv.slice(2), {
  open: openBackend,
  say: (line) => void process.stderr.write(`${line}\n`),
  print: (text) => void process.stdout.write(text),
  ended: ended.signal,
});
