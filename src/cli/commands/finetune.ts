/** `npm run recipe -- finetune --model FOLDER --data … --out DIR`: a model trained further on text of one's own. */
import { command } from '../commands.ts';
import { type Lora, LORA_TARGETS, type LoraTarget } from '../../config/run.ts';
import { UserError } from '../../util/errors.ts';
import { configFlags, dataFlags, deviceFlags } from '../inputs.ts';
import { count, folder, greatestSeed, type Kind, place } from '../kinds.ts';
import { inputWords } from '../words/inputs.ts';
import { finetuneWords } from '../words/train.ts';
import { trainRun } from './train.ts';

/** Products read four columns at a time. */
const adapter: Kind<Lora> = {
  shown: 'R,ALPHA',
  wanted: finetuneWords.adapter,
  read(text) {
    const [, r, a] = /^(\d{1,3}),(\d{1,6}(?:\.\d{1,6})?)$/.exec(text) ?? [];
    const [rank, alpha] = [Number(r), Number(a)];
    return rank >= 4 && rank <= 256 && rank % 4 === 0 && alpha > 0 ? { rank, alpha } : undefined;
  },
};

const targets: Kind<LoraTarget[]> = {
  shown: 'NAMES',
  wanted: finetuneWords.targetNames(LORA_TARGETS),
  read(text) {
    const named = text.split(',');
    return LORA_TARGETS.some((one) => named.includes(one)) &&
      named.every((name) => LORA_TARGETS.some((one) => one === name))
      ? LORA_TARGETS.filter((one) => named.includes(one))
      : undefined;
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
    targets: { kind: targets, about: finetuneWords.targets },
    out: {
      kind: place('DIR'),
      about: finetuneWords.out,
      required: true,
    },
  },
  example: 'finetune --model FOLDER --data mine=FILE --set continued.schedule.peak=1e-4 --out runs/mine',
  async run({ model, lora, targets: named, ...given }, host) {
    if (named && !lora) throw new UserError(finetuneWords.targetsAlone);
    const adapted = lora && { ...lora, ...(named && { targets: named }) };
    return trainRun({ ...given, base: model, resume: undefined, 'save-every': undefined }, host, adapted);
  },
});
