/** The page around its parts: name, sheets, help, tour, what the worker and the browser say. */
import * as format from '../format.ts';

export const pageWords = {
  name: 'Rekindle',
  lead:
    'Train a small language model in this tab, then rekindle it: a second run that moves from general text to ' +
    'questions and answers as its learning rate falls.',
  skip: 'Skip to the chart',
  sheets: {
    label: 'Sheets',
    run: 'Train',
    experiments: 'Experiments',
    data: 'Data',
    align: 'Align',
    instruments: 'Instruments',
  },
  sheetMissing: 'This part of the page could not be fetched: check the connection and reload.',
  theme: { label: 'Theme', auto: 'Auto', light: 'Light', dark: 'Dark' },
  help: 'Help',
  source: { own: 'Chosen by this project', label: 'Source: ' },
  keys: {
    heading: 'Keys',
    list: [
      ['Space', 'pause or resume'],
      ['.', 'one step, while paused'],
      ['?', 'this list'],
      ['← →', 'move along the curve, while the chart has the focus; with Shift ten times as far'],
      ['Home End', 'to its first and its last step'],
      ['+ −', 'zoom in and out, while the chart has the focus'],
      ['0', 'show the whole run again'],
      ['l L', 'log scale for the loss, with Shift for the X axis; press again for linear'],
      ['Esc', 'close an explanation, a dialog or the tour'],
    ],
    enabled: 'Enable single-key shortcuts (when no field or button has the focus)',
    about:
      'The base run learns from random weights. The continued run starts at its last learning rate without a ' +
      'warm-up, lets it fall along a cosine to a hundredth, and changes the data once the rate is down to the fraction ' +
      'you chose. ' +
      'The recipe is that of “Reuse, Don’t Retrain” (Parmar et al., 2024).',
    close: 'Close',
  },
  tour: {
    invitation: 'Here for the first time?',
    begin: 'What am I looking at?',
    decline: 'No, thanks',
    place: (at: number, of: number) => `${at} of ${of}`,
    back: 'Back',
    next: 'Next',
    close: 'Close',
    parts: {
      figure: {
        title: 'The picture of a run',
        say:
          'One run, from left to right. The loss is on top and falls as the model learns to guess the next token; below are ' +
          'the mix of texts it reads and its learning rate. Before the start you see the plan.',
      },
      run: {
        title: 'Starting a run',
        say:
          'A preset is a model and a plan for it. Start trains it in this tab, on your own machine; you can pause, ' +
          'take single steps, and close the page: it continues where it was.',
      },
      switch: {
        title: 'The switch',
        say:
          'After the base run, a second run continues from its last learning rate. When that rate has fallen to a fraction of ' +
          'itself, questions and answers join the text. Drag the marker to move that step.',
      },
      blends: {
        title: 'What it reads',
        say: 'One bar a phase: the share of the tokens that each source gives. You can edit all weights, or bring your own texts.',
      },
      results: {
        title: 'What the run achieved',
        say: 'What was learnt and forgotten of each source, on texts it never trained on, and what the model writes.',
      },
      evidence: {
        title: 'Whether it works',
        say: 'Experiments run the paper’s comparisons arm by arm with several seeds, or show recorded ones at once.',
      },
    },
  },
  embed: {
    whole: 'Open the whole page',
    alone: 'It uses one core, because the page that shows it is not isolated in the browser.',
  },
  offline: {
    kept: 'Kept in this browser: it opens without a connection too.',
    newVersion: 'A newer version of this page is available. Close its other tabs first.',
    take: 'Update now',
    taking: 'Updating; this can take half a minute.',
  },
  log: 'Log',
  footer: 'Everything runs in this tab: no account, no server, nothing of yours is sent.',
  /** Without a full stop: what becomes of the run follows. */
  workerLost: (why: string) => `The training process ended unexpectedly${why && ` (${why})`}`,
  workerSilent: (seconds: number) =>
    `The training process did not answer for ${format.duration(seconds)} and was ended`,
  workerReplaced: (what: string, step: number) =>
    `${what}: the run continues from step ${format.integer(step)} in a new one, and nothing was lost.`,
  workerReplacedExperiment: (what: string) =>
    `${what}: the arm under way starts again in a new one, and finished rows are kept.`,
  unreadable: 'one of its messages could not be read',
  pageError: (what: string) =>
    `Something on this page went wrong (${what}); training continues. If the page does not respond, reload it: your saved runs are still there.`,
  title: {
    idle: 'Rekindle: train a language model in a browser tab',
    running: (share: number, loss: number | null) =>
      `${Math.floor(share * 100)} %${loss === null ? '' : ` · ${format.loss(loss)}`} · Rekindle`,
    paused: (share: number) => `Paused at ${Math.floor(share * 100)} % · Rekindle`,
    done: (loss: number | null) => `✓ ${loss === null ? '' : `${format.loss(loss)} – `}done · Rekindle`,
    ended: (what: string) => `${what} · Rekindle`,
  },
  announce: (stage: string, step: number, total: number, loss: number) =>
    `${stage}. Step ${format.integer(step)} of ${format.integer(total)}, loss ${format.loss(loss)}.`,
};
