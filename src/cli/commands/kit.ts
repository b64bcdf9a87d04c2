/** `npm run recipe -- kit --run DIR --for STACK --out KIT`: a finished run's recipe as launch files for a training stack. */
import { kitFiles } from '../../kits/kit.ts';
import { STACKS } from '../../kits/plan.ts';
import { command } from '../commands.ts';
import { choice, folder, place } from '../kinds.ts';
import { readWholeConfig } from '../runFolder.ts';
import { writeFolder } from '../writeFolder.ts';

export const kitCommand = command({
  name: 'kit',
  about: 'Writes a run’s recipe as launch files for a training stack.',
  flags: {
    run: { kind: folder, about: 'the folder of a finished run', required: true },
    for: {
      kind: choice([...STACKS, 'all'].join('|'), [...STACKS, 'all'] as const),
      about: 'the stack',
      required: true,
    },
    out: { kind: place('DIR'), about: 'the folder to make', required: true },
  },
  example: 'kit --run runs/smoke --for all --out kit',
  async run({ run, for: stack, out }, host) {
    const encoder = new TextEncoder();
    const files = kitFiles(readWholeConfig(run), stack === 'all' ? STACKS : [stack]);
    writeFolder(
      out,
      files.map(({ name, text }) => ({ name, bytes: encoder.encode(text) })),
    );
    host.say(`written: ${out}, ${files.length} files`);
  },
});
