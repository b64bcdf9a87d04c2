/** What a conclusion takes, as one part of the page that is fetched when a run is over. */
export { conclude } from '../../recipe/results/conclusion.ts';
export { conclusionSentences } from '../../recipe/results/conclusionWords.ts';
