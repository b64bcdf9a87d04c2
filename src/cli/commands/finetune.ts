/** `npm run recipe -- finetune --model FOLDER --data … --out DIR`: a model trained further on text of one's own. */
import { command } from '../commands.ts';
import { configFlags, dataFlags, deviceFlags } from '../inputs.ts';
import { count, folder, greatestSeed, type Kind, place } from '../kinds.ts';
import { inputWords } from '../words/inputs.ts';
import { finetuneWords } from '../words/train.ts';
import { trainRun } from './train.ts';

/** Products read four columns at a time. */
const adapter: Kind<{ rank: number; alpha: number }> = {
  shown: 'R,ALPHA',
  wanted: finetuneWords.adapter,
  read(text) {
    const [, r, a] = /^(\d{1,3}),(\d{1,6}(?:\.\d{1,6})?)$/.exec(text) ?? [];
    const [rank, alpha] = [Number(r), Number(a)];
    return rank >= 4 && rank <= 256 && rank % 4 === 0 && alpha > 0 ? { rank, alpha } : undefined;
  },
};

export const finetuneCommand = command({
  name: 'finetune',
  about: finetuneWords.about,
  flags: {
    model: {
      kind: folder,
      about: finetuneWords.model,
      required: true,
    },
    ...dataFlags,
    data: { ...dataFlags.data, required: true },
    ...configFlags,
    ...deviceFlags,
    seed: { kind: count(0, greatestSeed), about: inputWords.seed },
    lora: { kind: adapter, about: finetuneWords.lora },
    out: {
      kind: place('DIR'),
      about: finetuneWords.out,
      required: true,
    },
  },
  example: 'finetune --model FOLDER --data mine=FILE --set continued.schedule.peak=1e-4 --out runs/mine',
  run: ({ model, lora, ...given }, host) =>
    trainRun({ ...given, base: model, resume: undefined, 'save-every': undefined }, host, lora),
});
