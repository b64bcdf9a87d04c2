/** `npm run recipe -- finetune --model FOLDER --data … --out DIR`: a model trained further on text of one's own. */
import { type Command, readFlags } from '../commands.ts';
import { configFlags, dataFlags, deviceFlags } from '../inputs.ts';
import { count, folder, greatestSeed, place } from '../kinds.ts';
import { trainCommand } from './train.ts';

const flags = {
  model: { kind: folder, about: 'a HuggingFace folder of a Nemotron model, whoever made it', required: true },
  ...dataFlags,
  data: { ...dataFlags.data, required: true },
  ...configFlags,
  ...deviceFlags,
  seed: { kind: count(0, greatestSeed), about: 'the same as --set seed=' },
  out: { kind: place('DIR'), about: 'the folder to make and fill, as a run’s: model/ is the model', required: true },
} as const;
const example = 'finetune --model FOLDER --data mine=FILE --set continued.schedule.peak=1e-4 --out runs/mine';

/** A run that continues the model: its options are a run's. */
export const finetuneCommand: Command = {
  name: 'finetune',
  about: 'Trains a model further on your own text.',
  flags,
  example,
  async run(args, host) {
    readFlags({ name: 'finetune', flags, example }, args);
    return trainCommand.run(
      args.map((arg) => arg.replace(/^--model(?==|$)/, '--base')),
      host,
    );
  },
};
