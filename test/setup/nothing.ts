/**
 * An empty page of the site, which forbids nothing: for a test that wants the site's origin alone, and for a window between two tests, whose
 * process a browser keeps while it stays on its site.
 */
export const nothing = 'nothing.html';
/** What it holds: no picture to ask the server for. A browser's own asking, answered by 404, came late enough to be the next test's complaint. */
export const nothingPage = '<!doctype html><link rel="icon" href="data:,">';
