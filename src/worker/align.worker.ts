/** Aligns models for the page's sheet of alignment, in a worker and on a device of its own. */
import { expose } from 'comlink';
import { fetchFrom } from '../data/catalogue.ts';
import { openChosen } from '../train/backends/page.ts';
import { openKept } from '../train/align/kept.ts';
import { AlignSession } from '../train/align/session.ts';
import { beside } from './beside.ts';
import { carryCodes } from './uncaught.ts';

carryCodes();
expose(new AlignSession(openChosen, fetchFrom(beside('bases')), openKept));
