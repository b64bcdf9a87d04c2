/** Takes a made-up crawl or real text through curation, away from the page: seconds of work, and nothing of it is trained. */
import { expose } from 'comlink';
import { fetchFrom } from '../data/catalogue.ts';
import { chosenText } from '../data/shown/chosenText.ts';
import type { DataApi } from '../recipe/curation/dataReport.ts';
import { dataReport } from '../world/dataReport.ts';
import { beside } from './beside.ts';

const api: DataApi = { crawl: dataReport, text: (...choice) => chosenText(fetchFrom(beside('data')), ...choice) };
expose(api);
