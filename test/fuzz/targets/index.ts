import type { Target } from '../fuzz.ts';
import { checkpoints } from './checkpoints.ts';
import { configs } from './configs.ts';
import { folders } from './folders.ts';
import { links } from './links.ts';
import { records } from './records.ts';
import { texts } from './texts.ts';
import { tokenizers } from './tokenizers.ts';

/** Everything that can come in, by what it is. */
export const targets = [
  checkpoints,
  folders,
  tokenizers,
  records,
  configs,
  links,
  texts,
] as unknown as readonly Target[];
