/** `npm run recipe -- kit --run DIR --for STACK --out KIT`: a finished run's recipe as launch files for a training stack. */
import { kitFiles } from '../../kits/kit.ts';
import { STACKS } from '../../kits/plan.ts';
import { command } from '../commands.ts';
import { choice, folder, place } from '../kinds.ts';
import { readWholeConfig } from '../runFolder.ts';
import { kitWords } from '../words/lessons.ts';
import { writeFolder } from '../writeFolder.ts';

export const kitCommand = command({
  name: 'kit',
  about: kitWords.about,
  flags: {
    run: { kind: folder, about: kitWords.run, required: true },
    for: {
      kind: choice([...STACKS, 'all'].join('|'), [...STACKS, 'all'] as const),
      about: kitWords.for,
      required: true,
    },
    out: { kind: place('DIR'), about: kitWords.out, required: true },
  },
  example: 'kit --run runs/smoke --for all --out kit',
  async run({ run, for: stack, out }, host) {
    const encoder = new TextEncoder();
    const files = kitFiles(readWholeConfig(run), stack === 'all' ? STACKS : [stack]);
    writeFolder(
      out,
      files.map(({ name, text }) => ({ name, bytes: encoder.encode(text) })),
    );
    host.say(kitWords.written(out, files.length));
  },
});
