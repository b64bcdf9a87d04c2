/** Takes a raw web through curation, away from the page: seconds of work, and nothing of it is trained. */
import { expose } from 'comlink';
import type { DataApi } from '../recipe/curation/dataReport.ts';
import { dataReport } from '../world/dataReport.ts';

const api: DataApi = { report: dataReport };
expose(api);
