/** Configurations: a file's JSON and lines of `--set`, injured together. */
import { OPTIONS } from '../../../src/config/options.ts';
import { PRESETS } from '../../../src/config/presets.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import type { RunConfig } from '../../../src/config/run.ts';
import { checkConfig } from '../../../src/config/validate.ts';
import type { Target } from '../fuzz.ts';
import { injuredJsonText, KEYS, NUMBERS } from '../injure.ts';
import { parsed } from './json.ts';

const sections = ['model', 'data', 'base', 'continued', 'optimizer', 'batch', 'evaluation'] as const;

export const configs: Target<string> = {
  name: 'configs',
  make: (random) => {
    const { config } = random.pick(PRESETS);
    const section = random.pick(sections);
    const file: Partial<RunConfig> =
      random.integer(3) === 0
        ? config
        : { preset: config.preset, tokenizer: config.tokenizer, [section]: config[section] };
    const set = Array.from(
      { length: random.integer(3) },
      () => `${random.integer(8) === 0 ? random.pick(KEYS) : random.pick(OPTIONS).key}=${random.pick(NUMBERS)}`,
    );
    return injuredJsonText({ file, set }, random);
  },
  feed: (input) => {
    const json = parsed(input) as { file?: unknown; set?: unknown } | null;
    const set = Array.isArray(json?.set) ? json.set.filter((line) => typeof line === 'string') : [];
    const config = resolveConfig({ file: json?.file, set });
    const [problem] = checkConfig(config, []);
    if (problem !== undefined) throw new Error(`a configuration was accepted that cannot run: ${problem}`);
    // Every so many, by their length, are read a second time.
    if (input.length % 8 > 0) return 'accepted';
    const again = resolveConfig({ file: JSON.parse(JSON.stringify(config)) });
    if (JSON.stringify(again) !== JSON.stringify(config))
      throw new Error('the configuration changed in a second reading');
    return 'accepted';
  },
};
