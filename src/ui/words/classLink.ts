/** Words of the form that makes a link for a class. */
import type { Part } from '../page/lesson.ts';

export const classLinkWords = {
  about:
    'Whoever opens the link finds these settings, and of the page what you leave. It is a help, no lock: an address can be edited.',
  preset: 'Settings',
  asSet: (preset: string) => `As set above (from ${preset})`,
  hide: 'Put away',
  parts: {
    lead: 'The sentence under the title',
    experiments: 'The sheet Experiments',
    data: 'The sheet Data',
    instruments: 'The sheet Instruments',
    preset: 'The choice of preset',
    switch: 'The moment of the switch',
    blends: 'The data mix',
    options: 'All settings',
    files: 'Your own text',
    model: 'A model to continue',
    queue: 'The queue of seeds',
    runs: 'Earlier runs',
    axes: 'Axes and smoothing',
    samples: 'What the model writes',
    machine: 'Check of the machine',
    estimate: 'What the run needs',
    link: 'This form',
  } satisfies Record<Part, string>,
  fix: 'Fix',
  locks: { all: 'Every setting', preset: 'The preset', blends: 'The data mix' },
  single: 'Settings one by one',
  uses: { free: 'free', locked: 'fixed', hidden: 'put away' },
  link: 'Link',
  copy: 'Copy',
  copied: 'Copied.',
  notCopied: 'The browser did not let the page copy: the link is marked, copy it by hand.',
  qr: 'QR code of the link',
  tooLong: 'The link is too long for a QR code.',
};
