/** The commands, and how one is chosen: in one process with a test, or by recipe.ts from a shell. */
import { nearest } from '../config/path.ts';
import { UserError } from '../util/errors.ts';
import { brief, quoted } from '../util/quoted.ts';
import { basesCommand } from './commands/bases.ts';
import { type Command, usage, usageOf } from './commands.ts';
import { curateCommand } from './curate/curate.ts';
import { hinted } from './documents.ts';
import { experimentCommand } from './commands/experiment.ts';
import type { Host } from './host.ts';
import { exportCommand } from './commands/exportModel.ts';
import { fetchCommand } from './commands/fetchData.ts';
import { finetuneCommand } from './commands/finetune.ts';
import { importCommand } from './commands/importModel.ts';
import { kitCommand } from './commands/kit.ts';
import { recordCommand } from './commands/record.ts';
import { lessonsCommand } from './commands/recordLessons.ts';
import { trainCommand } from './commands/train.ts';
import { gridCommand, rangeCommand } from './commands/trials.ts';
import { widthsCommand } from './commands/widths.ts';
import { alignCommand } from './commands/align.ts';
import { synthesizeCommand } from './commands/synthesize.ts';
import { sampleCommand, scoreCommand } from './commands/useModel.ts';
import { commonWords } from './words/common.ts';

export const commands: readonly Command[] = [
  ...[trainCommand, scoreCommand, sampleCommand, rangeCommand, gridCommand, widthsCommand],
  ...[experimentCommand, basesCommand, recordCommand, lessonsCommand, curateCommand, kitCommand],
  ...[importCommand, exportCommand, fetchCommand, finetuneCommand, alignCommand, synthesizeCommand],
];

/** How a shell tells that a command was used wrongly. */
const USAGE = 2;

const asksForHelp = (args: readonly string[]): boolean => args.includes('--help') || args.includes('-h');

/** Does what the arguments ask for and resolves to the exit status. UserError with what is wrong with them. */
export async function main(args: string[], host: Host): Promise<number> {
  const [first] = args;
  if (first === undefined) {
    host.say(usage(commands));
    return USAGE;
  }
  const named = !first.startsWith('-');
  const one = named ? commands.find(({ name }) => name === first) : trainCommand;
  if (!one) {
    const names = commands.map(({ name }) => name).filter(Boolean);
    const near = nearest(first, names);
    throw new UserError(commonWords.unknownCommand(quoted(brief(first)), near, names));
  }
  const rest = named ? args.slice(1) : args;
  if (asksForHelp(rest)) {
    host.print(`${named ? '' : `${usage(commands)}\n\n`}${usageOf(one)}\n`);
    return 0;
  }
  return one.run(rest, host).catch((error: unknown) => {
    throw hinted(error);
  });
}
