/** A command as data: its options, from which parsing, checks and help are derived. */
import { parseArgs } from 'node:util';
import { nearest } from '../config/path.ts';
import { UserError } from '../util/errors.ts';
import { brief, quoted } from '../util/quoted.ts';
import type { Host } from './host.ts';
import { type Kind, readValue } from './kinds.ts';
import { commonWords } from './words/common.ts';

export interface Flag<T = unknown> {
  kind: Kind<T>;
  /** What it is for, a clause. */
  about: string;
  /** May be given several times. */
  many?: true;
  required?: true;
}

export type Flags = Record<string, Flag>;

type Value<F> = F extends Flag<infer T> ? T : never;
/** What was given, by the options' own kinds. */
export type Given<F extends Flags> = {
  [K in keyof F]: F[K] extends { many: true }
    ? Value<F[K]>[]
    : F[K] extends { required: true }
      ? Value<F[K]>
      : Value<F[K]> | undefined;
};

export interface Command {
  /** Empty for the one that is meant where none is named. */
  name: string;
  /** One sentence. */
  about: string;
  /** A word after the name, which must be given. */
  word?: string;
  flags: Flags;
  /** After "npm run recipe --". */
  example: string;
  /** The command with its arguments; UserError with what is wrong. Resolves to the exit status. */
  run(args: string[], host: Host): Promise<number>;
}

/** Declares a command; `run` is given what the options say, typed by them. */
export function command<const F extends Flags>(
  spec: Omit<Command, 'flags' | 'run'> & {
    flags: F;
    run(given: Given<F>, host: Host, word: string): Promise<number | void>;
  },
): Command {
  return {
    ...spec,
    async run(args, host) {
      const takesWord = spec.word !== undefined;
      const word = takesWord && args[0] !== undefined && !args[0].startsWith('-') ? args[0] : '';
      if (takesWord && word === '') throw new UserError(commonWords.missing(spec.word!, exampleOf(spec)));
      return (await spec.run(readFlags(spec, takesWord ? args.slice(1) : args), host, word)) ?? 0;
    },
  };
}

export const exampleOf = ({ example }: Pick<Command, 'example'>): string => `npm run recipe -- ${example}`;

/** Every option read by its kind; anything unknown, missing or given twice is named. */
export function readFlags<F extends Flags>(
  { name, flags, example }: Pick<Command, 'name' | 'example'> & { flags: F },
  args: string[],
): Given<F> {
  const options = Object.fromEntries(
    Object.keys(flags).map((flag) => [flag, { type: 'string', multiple: true }] as const),
  );
  let values: Record<string, string[] | undefined>;
  try {
    values = parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UserError(complaint(error as NodeJS.ErrnoException, name, Object.keys(flags)));
  }
  const given: Record<string, unknown> = {};
  for (const [flag, { kind, many, required }] of Object.entries(flags)) {
    const texts = values[flag] ?? [];
    if (required && texts.length === 0) throw new UserError(commonWords.missing(`--${flag}`, exampleOf({ example })));
    if (!many && texts.length > 1) throw new UserError(commonWords.givenTwice(flag, texts.length));
    const read = texts.map((value) => readValue(kind, flag, value));
    given[flag] = many ? read : read[0];
  }
  return given as Given<F>;
}

function complaint({ code, message }: NodeJS.ErrnoException, name: string, flags: readonly string[]): string {
  const named = brief(/'(?:-\w, )?(--?[^' ]*)/.exec(message)?.[1] ?? '');
  const help = commonWords.help(name);
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const near = nearest(named.replace(/^-+/, ''), flags);
    return commonWords.unknownOption(quoted(named), near, help);
  }
  if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')
    return commonWords.belongsToNone(quoted(named || (/'(.*?)'/.exec(message)?.[1] ?? '')), help);
  return commonWords.noValue(named);
}

/** The options as lines, and an example. */
export function usageOf(one: Command): string {
  const { name, about, word, flags } = one;
  const shown = (flag: string, { kind, many, required }: Flag): string => {
    const text = `--${flag} ${kind.shown}`;
    return required ? text : `[${text}]${many ? '…' : ''}`;
  };
  const names = Object.keys(flags);
  const width = Math.max(...names.map((flag) => flag.length + flags[flag]!.kind.shown.length)) + 4;
  return [
    about,
    '',
    `  npm run recipe -- ${[name, word, ...names.map((flag) => shown(flag, flags[flag]!))].filter(Boolean).join(' ')}`,
    '',
    ...names.map((flag) => `  ${`--${flag} ${flags[flag]!.kind.shown}`.padEnd(width)} ${flags[flag]!.about}`),
    '',
    commonWords.example(exampleOf(one)),
  ].join('\n');
}

/** Every command with an example. */
export function usage(commands: readonly Command[]): string {
  return [
    commonWords.about,
    '',
    ...commands.flatMap((one) => [`  ${one.about}`, `    ${exampleOf(one)}`]),
    '',
    commonWords.optionsOf,
  ].join('\n');
}
