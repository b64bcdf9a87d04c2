/** What every command says: of its options, of the machine, of its end. */

export const commonWords = {
  about: 'Trains, measures and uses small language models without a page.',
  optionsOf: 'npm run recipe -- COMMAND --help lists the options of one.',
  example: (line: string) => `For example: ${line}`,
  missing: (what: string, example: string) => `${what} is missing: for example ${example}.`,
  givenTwice: (flag: string, times: number) => `--${flag} is given ${times} times: give it once.`,
  help: (command: string) => `npm run recipe -- ${command === '' ? '' : `${command} `}--help lists them`,
  unknownOption: (name: string, near: string | null, help: string) =>
    `There is no option ${name}: ${near === null ? `${help}.` : `did you mean --${near}?`}`,
  belongsToNone: (text: string, help: string) => `${text} belongs to no option: ${help}.`,
  noValue: (flag: string) => `${flag} has no value, or one that begins with a dash: write ${flag}=VALUE.`,
  unknownCommand: (name: string, near: string | null, names: readonly string[]) =>
    `There is no command ${name}: ${near === null ? `there are ${names.join(', ')}, and --preset NAME … trains.` : `did you mean ${near}?`}`,
  device: 'what computes; auto, the default, uses the GPU, or the processor where there is no GPU',
  /** tried: which drivers were looked for, a sentence after a space; '' where none are. */
  noAdapter: (tried: string) =>
    `No WebGPU adapter on this machine: there is no working GPU with a Vulkan, Metal or Direct3D 12 driver, and no software adapter, which comes with Chromium.${tried} ` +
    `Install a GPU driver or Chromium, or name one: a driver's .json file with VK_DRIVER_FILES, a Chromium with CHROMIUM_PATH.`,
  adapter: (name: string) => `adapter: ${name}`,
  note: (sentence: string) => `note: ${sentence}`,
  rowsKept: (rows: number) => `${rows} rows already done`,
  written: (place: string) => `written: ${place}`,
  continues: (place: string) => `stopped: give the same command again to continue in ${place}.`,
  otherConfiguration: (place: string, what: string) =>
    `The folder ${place} has ${what} of another configuration: choose another --out or remove it.`,
  howManySeeds: 'how many, or which, separated by commas; 3 by default',
  noFeatures: 'no optional features',
  unwritable: (file: string) => `The file ${file} cannot be written`,
};
