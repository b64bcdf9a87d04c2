/** Every sentence of the experiments' sheet, in one place, so that a translation is one more file of this shape. */
import type { ExperimentState } from '../../protocol.ts';
import { signed } from '../../recipe/statistics.ts';
import * as format from '../format.ts';

const rowsOf = (count: number) => `${count} ${count === 1 ? 'row' : 'rows'}`;
const arms = (count: number) => `${count} ${count === 1 ? 'arm' : 'arms'}`;

export const words = {
  heading: 'Experiment',
  choose: 'Experiment',
  /** In the list, which is as narrow as its column; the title stands beside it. */
  choices: {
    f1: 'f1 · Recipe, or as before',
    f2: 'f2 · Order of two blends',
    f3: 'f3 · Learning rate',
    f4: 'f4 · When to switch',
    f5: 'f5 · How long to continue',
    'general-blends': 'Which general blend',
    'qa-mixes': 'What the QA set holds',
    'qa-share': 'How much QA',
    ci: 'ci · All that held',
  } as Readonly<Record<string, string>>,
  preset: 'Preset',
  seeds: 'Seeds',
  seedsNote: 'A seed changes the world, the weights and the order of the data.',
  armsHeading: 'Arms',
  control: 'control',
  run: 'Run',
  runMore: 'Run the missing arms',
  stop: 'Stop',
  forget: 'Forget results',
  forgetNote: 'Removes the rows run in this browser with this configuration.',
  notKept: 'A row of the experiment could not be saved: it is lost when this tab closes.',
  busy: 'A run is in progress on the Train sheet: stop it there first.',
  changed: 'The link or a file changed settings of this preset.',
  linkProblems: 'Some settings in the link could not be used:',

  cost(count: number, bases: number, steps: number, tokens: number): string {
    if (count === 0) return 'Every arm of these seeds is done.';
    const training =
      bases > 0 ? ` and ${bases} ${bases === 1 ? 'base' : 'bases'} to train first` : ', from existing base checkpoints';
    return `${arms(count)} to run${training}: ${format.integer(steps)} steps on ${format.short(tokens)} tokens.`;
  },
  time: (seconds: number, speed: number) =>
    `About ${format.duration(seconds)} at the ${format.short(speed)} tokens a second last measured here.`,
  noSpeed: 'The time will be known once an arm has run here.',

  save: 'Save these results',
  saveNote: 'One file with the rows of this experiment, its preset, changed settings, seeds and device.',
  shared: {
    add: 'Add results that were shared with you',
    note: 'A file saved with “Save these results”, or the results.json of an experiment in the terminal. Rows that are here already stay.',
    added: (added: number, known: number, differing: number, file: string) =>
      (added === 0
        ? `No row of ${file} is new`
        : `${rowsOf(added)} from ${file} ${added === 1 ? 'was' : 'were'} added`) +
      (known === 0
        ? '.'
        : `; ${known} ${known === 1 ? 'was' : 'were'} here already and ${known === 1 ? 'stays' : 'stay'}`) +
      (known === 0
        ? ''
        : differing === 0
          ? '.'
          : `, though ${differing} of ${file} ${differing === 1 ? 'has' : 'have'} another average.`),
    changed: (preset: string, settings: readonly string[]) =>
      `They were run with changed settings (${settings.join(', ')}): the sheet shows them apart from rows of ${preset} as it is.`,
    notAdded: (file: string, why: string) => `${file} could not be added: ${why}`,
    notJson: 'it is not JSON. Choose a file of results.',
    otherForm: (at: string) =>
      `it is not a file of results${at ? `: ${at} is missing or of another kind` : ''}. Choose one that this sheet or the terminal saved.`,
    otherPreset: (preset: string) => `its preset ${preset} is none of this sheet.`,
    noSettings:
      'it does not say with which settings it was run. The same command in the terminal writes them into results.json.',
    otherSettings: 'its settings are not ones that this page can run.',
    noRows: 'it holds no rows.',
    row: (arm: string, seed: number) => `${arm} of seed ${seed}`,
    otherArm: (row: string) => `it has a row ${row}, an arm that no experiment of this sheet has.`,
    noSeed: (row: string) => `it has a row ${row}, which is no seed.`,
    twice: (row: string) => `it has two rows ${row}.`,
    large: (most: number) => `it has more than ${format.bytes(most)}, which no file of results has.`,
  },
  link: {
    copy: 'Copy a link to these rows',
    note: 'A link that holds the rows themselves: whoever opens it is asked whether to add them. Nothing is uploaded.',
    link: 'Link to these rows',
    copied: (length: number, isShort: boolean) =>
      `Copied: ${format.integer(length)} characters.${isShort ? ` ${words.link.short}` : ''}`,
    notCopied: (isShort: boolean) =>
      `This browser does not let the page copy: copy the link below.${isShort ? ` ${words.link.short}` : ''}`,
    short: 'It has the scores; the arms’ lines would make it too long, and are in the file.',
    tooMany: (most: number) =>
      `These rows need more than the ${format.integer(most)} characters that a link can have: use “Save these results” and send the file.`,
    name: 'the link',
    heading: 'Rows from a link',
    offer: (
      experiments: readonly string[],
      preset: string,
      rows: number,
      seeds: readonly number[],
      devices: readonly string[],
    ) =>
      `${rowsOf(rows)} of ${experiments.join(', ')} with preset ${preset}, ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}` +
      `${devices.length > 0 ? `, trained on ${devices.join('; ')}` : ''}.`,
    counted: ({ added, known, differing }: { added: number; known: number; differing: number }) =>
      (known === 0
        ? 'None of them is here yet.'
        : `${added} of them ${added === 1 ? 'is' : 'are'} new; ${known} ${known === 1 ? 'is' : 'are'} here already and ${known === 1 ? 'stays' : 'stay'} as ${known === 1 ? 'it is' : 'they are'}`) +
      (known === 0
        ? ''
        : differing === 0
          ? '.'
          : `, though ${differing} of the link ${differing === 1 ? 'has' : 'have'} another average.`),
    take: 'Add these rows',
    leave: 'Leave them',
    notRead: (why: string) => `The rows in the link could not be read: ${why}`,
    damaged: 'it was cut short or changed on its way. Ask for it again, or for the file.',
    otherVersion: 'it was made by another version of this page. Ask for the file of results instead.',
    long: (length: number, most: number) =>
      `it has ${format.integer(length)} characters, and no link of this page has more than ${format.integer(most)}.`,
    large: (most: number) => `it would unpack to more than ${format.bytes(most)}, which no link of this page does.`,
  },
  devices: (names: readonly string[]) =>
    `Trained on ${names.length} devices: ${names.join('; ')}. They round differently, so arms of one seed from two of them may start from slightly different bases.`,

  sheets: 'Results',
  here: 'Run here',
  recorded: 'Recorded',

  state(state: ExperimentState): string {
    switch (state.kind) {
      case 'idle':
        return 'Not run yet';
      case 'preparing':
        return state.what ?? 'Preparing';
      case 'compiling':
        return `Compiling kernels ${state.done}/${state.total}`;
      case 'running':
        return state.arm === 'base' ? `Seed ${state.seed}: training its base` : `Seed ${state.seed}: ${state.arm}`;
      case 'done':
        return 'Done';
      case 'stopped':
        return 'Stopped';
      case 'failed':
        return 'Failed';
    }
  },
  progress: 'Progress of the experiment',
  armsDone: (done: number, total: number) => `${done} of ${arms(total)} done`,
  failed: 'The experiment failed',

  noGpu: 'Recorded results can still be read; running an experiment needs WebGPU, or WebAssembly with SIMD.',

  asking: 'Looking for recorded results …',
  noneRecorded: (presets: readonly string[]) =>
    presets.length > 0
      ? `Nothing is recorded of this experiment with this preset. There are results with ${presets.join(', ')}.`
      : 'This page was published without recorded results.',
  damaged: 'The recorded results could not be read: reload the page, or run the experiment here.',
  nothingYet: 'Press Run: every arm starts from the same base checkpoint, and its line appears here as it trains.',
  recordedOn: (adapter: string | undefined, seeds: number) =>
    `${seeds} ${seeds === 1 ? 'seed' : 'seeds'}${adapter ? `, on ${adapter}` : ''}.`,
  oneSeed: 'One seed cannot tell a difference from noise: run more to see an interval.',

  race: {
    heading: 'The arms as they train',
    loss: 'Training loss, nats a token',
    lossNote:
      'Each on its own blend: compare the shapes, not the heights. A ring marks where an arm changes its blend.',
    baseLoss: 'Training loss of the base, nats a token',
    benchmarks: 'Benchmarks',
    retention: 'Retention',
    scoreTitle: (title: string, chance: number | undefined) =>
      chance === undefined ? `${title}, %` : `${title}, %; by chance ${(100 * chance).toFixed(1)}`,
    scoreNote:
      'At the base, at the switch and at the end. Retention asks about people whom continued training hardly mentions.',
    seed: 'Seed',
    allSeeds: 'mean',
    seedOption: (seed: number) => `seed ${seed}`,
    tokens: 'tokens after the base',
    steps: 'steps',
    switchRule: 'switch of the recipe',
    chance: 'chance',
    start: 'base',
    lossSummary: (ends: readonly string[]) =>
      `Training loss of the arms over their tokens; now ${ends.join(', ') || 'nothing yet'}.`,
    scoreSummary: (title: string, ends: readonly string[]) =>
      `${title} over the tokens; last ${ends.join(', ') || 'nothing yet'}.`,
    end: (name: string, value: string) => `${name} ${value}`,
  },

  differences: {
    heading: (control: string) => `Difference to ${control}, points`,
    note: 'A dot is a seed: both arms from the same base checkpoint. The bar is the mean with its 95 % interval; hollow where that spans zero.',
    noteOne: 'A dot is a seed: both arms from the same base checkpoint.',
    benchmarks: 'Benchmarks',
    retention: 'Retention',
    arm: 'Arm',
    won: 'Seeds won',
    none: 'no difference shown',
    one: 'one seed',
    cell: (mean: number) => signed(100 * mean),
    interval: (low: number, high: number) => `${signed(100 * low)} to ${signed(100 * high)}`,
    wins: (wins: number, n: number) => `${wins} of ${n}`,
    summary: (title: string, rows: readonly string[]) => `${title}: ${rows.join('; ')}.`,
    row: (name: string, mean: number, interval: readonly [number, number] | null) =>
      `${name} ${signed(100 * mean)}${interval ? ` (${signed(100 * interval[0])} to ${signed(100 * interval[1])})` : ''}`,
  },

  verdict: {
    heading: 'In words',
    note:
      'As well, as much, equal: the 95 % interval spans zero. The mean is that of all suites, retention included, as in the paper. ' +
      'To forget means to answer fewer retention questions than the control.',
  },

  table: {
    scores: 'Accuracy, %',
    scoresNote: 'Mean ± standard error over the seeds.',
    arm: 'Arm',
    seeds: 'Seeds',
    benchmarks: 'Benchmarks',
    retention: 'Retention',
    average: 'Average of all',
    logProb: 'log p',
    paper: 'Paper',
    chance: 'chance',
    base: 'before any continued training',
    paperNote:
      'The paper’s figures: [T 9] read in its own table 9, [S 3] its table 3 as quoted by a secondary text. Its models and tasks are different: ' +
      'compare signs and order.',
    paperCell: (average: number, mark: string, where: string) =>
      `${average.toFixed(1)} [${mark}${where.replace(/^Table /, ' ')}]`,
  },

  card: {
    heading: 'What this world holds',
    counting: 'Counting documents …',
    people: (
      { qa, current, archive }: { qa: number; current: number; archive: number },
      facts: number,
      vocabulary: number,
      dictionary: number,
      seed: number,
    ) =>
      `World of seed ${seed}: ${format.integer(qa + current + archive)} people with ${format.integer(facts)} facts. Questions and ` +
      `answers may be about ${qa} of them; ${current} appear only in other text; ${archive} are rare in the text of continued ` +
      `pretraining, a choice that makes forgetting measurable. ${format.integer(vocabulary)} words` +
      `${dictionary > 0 ? `, ${dictionary} of which a second language translates` : ''}. Nothing is downloaded.`,
    sources: 'Sources',
    source: 'Source',
    what: 'What it is',
    tokens: 'Tokens each',
    documents: 'Documents',
    met: 'Held-out text seen in training',
    pool: (documents: number, distinct: number, tokens: number) =>
      `${format.integer(documents)}, ${format.integer(distinct)} different; ${format.short(tokens)} tokens`,
    endless: 'endless',
    suites: 'Benchmarks',
    suite: 'Suite',
    asks: 'What it asks',
    part: 'Part',
    items: 'Items',
    chance: 'Chance',
  },

  forgetting: {
    heading: 'What was gained, what was forgotten',
    note: 'Change of the held-out loss against the base, nats a token, at the end of each arm. Below zero is learnt, above zero forgotten.',
    arm: 'Arm',
  },

  gauges: {
    heading: 'Knowledge vs. answering',
    note: 'The same facts, asked twice: in the words of the encyclopedia (ring) and as questions (dot).',
    current: 'Current people',
    archive: 'Archive people',
    row: (name: string, knows: number, answers: number) =>
      `${name} knows ${format.percent(knows)}, answers ${format.percent(answers)}`,
  },
};
