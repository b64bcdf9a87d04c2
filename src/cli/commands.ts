/** The commands of `npm run recipe` by name; without a name it trains. */
import { writeFileSync, renameSync } from 'node:fs';
import { argumentsOf, integer, required, say } from './arguments.ts';
import { bases } from './bases.ts';
import { hinted, readGiven } from './documents.ts';
import { experiment } from './experiment.ts';
import { type OpenNodeDevice, openNodeDevice } from './node/dawn.ts';
import { record } from './record.ts';
import { train } from './train.ts';
import { grid, range } from './trials.ts';
import { sampleModel, scoreText } from './useModel.ts';

async function score(args: string[], open: OpenNodeDevice): Promise<void> {
  const given = argumentsOf(args, { model: { type: 'string' }, text: { type: 'string' }, json: { type: 'string' } });
  const { documents, notes } = await readGiven(required(given.text, 'text'));
  for (const note of notes) say(`note: ${note}`);
  const result = await scoreText(required(given.model, 'model'), documents, open);
  const json = required(given.json, 'json');
  writeFileSync(`${json}.part`, JSON.stringify(result));
  renameSync(`${json}.part`, json);
  say(`loss ${result.loss.toFixed(4)} nats a token, ${result.bitsPerByte.toFixed(4)} bits a byte`);
}

async function sample(args: string[], open: OpenNodeDevice): Promise<void> {
  const text = { type: 'string' } as const;
  const given = argumentsOf(args, { model: text, prompt: text, tokens: text, seed: text, temperature: text });
  const options = {
    prompt: given.prompt ?? '',
    tokens: integer(given.tokens ?? '100', 'tokens'),
    seed: integer(given.seed ?? '1', 'seed'),
    temperature: Number(given.temperature ?? 0.8),
  };
  process.stdout.write(`${await sampleModel(required(given.model, 'model'), options, open)}\n`);
}

type Command = (args: string[], open: OpenNodeDevice) => Promise<void>;

const commands: Record<string, Command> = { score, sample, experiment, bases, record, range, grid };

/** `open`: how a command comes to its device, where it needs one. */
export async function runCommand(args: string[], open: OpenNodeDevice = openNodeDevice): Promise<void> {
  const [name, ...rest] = args;
  const command = commands[name ?? ''];
  await (command ? command(rest, open) : train(args, open)).catch((error: unknown) => {
    throw hinted(error);
  });
}
