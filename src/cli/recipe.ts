/**
 * The recipe without a page. `npm run recipe -- --preset NAME …` trains; `score` and `sample` use what it wrote; `experiment` runs
 * the arms of one of the paper's comparisons; `range` and `grid` look for a rate. The same train/run.ts as the page's worker.
 * Progress on stderr; a bad input is one sentence and a non-zero exit.
 */
import { writeFileSync, renameSync } from 'node:fs';
import { argumentsOf, integer, required, say } from './arguments.ts';
import { bases } from './bases.ts';
import { hinted, readGiven } from './documents.ts';
import { experiment } from './experiment.ts';
import { record } from './record.ts';
import { train } from './train.ts';
import { grid, range } from './trials.ts';
import { sampleModel, scoreText } from './useModel.ts';

async function scoreCommand(args: string[]): Promise<void> {
  const given = argumentsOf(args, { model: { type: 'string' }, text: { type: 'string' }, json: { type: 'string' } });
  const { documents, notes } = await readGiven(required(given.text, 'text'));
  for (const note of notes) say(`note: ${note}`);
  const result = await scoreText(required(given.model, 'model'), documents);
  const json = required(given.json, 'json');
  writeFileSync(`${json}.part`, JSON.stringify(result));
  renameSync(`${json}.part`, json);
  say(`loss ${result.loss.toFixed(4)} nats a token, ${result.bitsPerByte.toFixed(4)} bits a byte`);
}

async function sampleCommand(args: string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const given = argumentsOf(args, { model: text, prompt: text, tokens: text, seed: text, temperature: text });
  const sample = await sampleModel(required(given.model, 'model'), {
    prompt: given.prompt ?? '',
    tokens: integer(given.tokens ?? '100', 'tokens'),
    seed: integer(given.seed ?? '1', 'seed'),
    temperature: Number(given.temperature ?? 0.8),
  });
  process.stdout.write(`${sample}\n`);
}

const commands: Record<string, (args: string[]) => Promise<void>> = { score: scoreCommand, sample: sampleCommand, experiment, bases, record, range, grid };
const [name, ...rest] = process.argv.slice(2);
const command = commands[name ?? ''];
await (command ? command(rest) : train(process.argv.slice(2))).catch((error: unknown) => {
  throw hinted(error);
});
