/** `npm run recipe -- kit --run DIR --for STACK --out KIT`: a finished run's recipe, or an alignment's stages, as launch files for a training stack. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { outputNames } from '../../align/attributes.ts';
import { alignmentKitFiles } from '../../kits/alignment/kit.ts';
import { ALIGNMENT_STACKS, isAligned } from '../../kits/alignment/plan.ts';
import { kitFiles } from '../../kits/kit.ts';
import { type KitFile, STACKS } from '../../kits/plan.ts';
import { UserError } from '../../util/errors.ts';
import { command } from '../commands.ts';
import { choice, folder, place } from '../kinds.ts';
import { readJson } from '../readJson.ts';
import { readWholeConfig } from '../runFolder.ts';
import { kitWords } from '../words/lessons.ts';
import { readWidths } from '../trials/widthsFile.ts';
import { writeFolder } from '../writeFolder.ts';

const choices = [...STACKS, ...ALIGNMENT_STACKS, 'all'] as const;

export const kitCommand = command({
  name: 'kit',
  about: kitWords.about,
  flags: {
    run: { kind: folder, about: kitWords.run, required: true },
    for: { kind: choice(choices.join('|'), choices), about: kitWords.for, required: true },
    widths: { kind: folder, about: kitWords.widths },
    out: { kind: place('DIR'), about: kitWords.out, required: true },
  },
  example: 'kit --run runs/smoke --for all --out kit',
  async run({ run, for: stack, widths, out }, host) {
    const encoder = new TextEncoder();
    const files = filesOf(run, stack, widths);
    writeFolder(
      out,
      files.map(({ name, text }) => ({ name, bytes: encoder.encode(text) })),
    );
    host.say(kitWords.written(out, files.length));
  },
});

/** `stack` as one of these; all of them where all are wanted. UserError where it is for another kind of folder. */
function stacksOf<S extends string>(known: readonly S[], stack: string, what: string): readonly S[] {
  const found = known.filter((one) => stack === 'all' || one === stack);
  if (found.length > 0) return found;
  throw new UserError(kitWords.otherStack(stack, what, known));
}

const attributeNames = (outputs: number): readonly string[] => outputNames(outputs === 9 ? 9 : 5);

function filesOf(run: string, stack: string, widths: string | undefined): KitFile[] {
  const record = path.join(run, 'model', 'rekindle.json');
  const known: unknown = existsSync(record) ? readJson(record) : null;
  if (isAligned(known)) {
    if (widths !== undefined) throw new UserError(kitWords.noWidths);
    return alignmentKitFiles(known, attributeNames, stacksOf(ALIGNMENT_STACKS, stack, kitWords.alignment));
  }
  const sweep = widths === undefined ? undefined : readWidths(widths);
  return kitFiles(readWholeConfig(run), stacksOf(STACKS, stack, kitWords.pretraining), sweep);
}
