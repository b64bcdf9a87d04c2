/** The commands of `npm run recipe` by name; without a name it trains. */
import { bases } from './bases.ts';
import { experiment } from './experiment.ts';
import { type OpenNodeDevice, openNodeDevice } from './node/dawn.ts';
import { record } from './record.ts';
import { train } from './train.ts';
import { grid, range } from './trials.ts';
import { sample, score } from './useModel.ts';

type Command = (args: string[], open: OpenNodeDevice) => Promise<void>;

const commands: Record<string, Command> = { score, sample, experiment, bases, record, range, grid };

export async function runCommand(args: string[], open: OpenNodeDevice = openNodeDevice): Promise<void> {
  const [name, ...rest] = args;
  const command = commands[name ?? ''];
  await (command ? command(rest, open) : train(args, open));
}
