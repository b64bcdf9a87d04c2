/** rekindle.json, the record beside a base's weights, injured as JSON. */
import { PRESETS, presetConfig } from '../../../src/config/presets.ts';
import { checkConfig } from '../../../src/config/validate.ts';
import {
  baseMetadata,
  checkAgainstBase,
  configureFromBase,
  parseBaseMetadata,
} from '../../../src/recipe/baseCheckpoint.ts';
import type { Target } from '../fuzz.ts';
import { injuredJsonText } from '../injure.ts';
import { parsed } from './json.ts';

const HASH = 'ab12'.repeat(16);
const valid = PRESETS.map(({ config }) => baseMetadata(config, HASH));
const run = presetConfig('smoke');

export const records: Target<string> = {
  name: 'records',
  make: (random) => injuredJsonText(random.pick(valid), random),
  feed: (input) => {
    const meta = parseBaseMetadata(parsed(input));
    const problems = checkConfig(configureFromBase(meta, run));
    checkAgainstBase(meta, run, HASH);
    // A record that was read is one that would be written.
    parseBaseMetadata(JSON.parse(JSON.stringify(meta)));
    return problems.length > 0 ? 'accepted, no run' : 'accepted';
  },
};
