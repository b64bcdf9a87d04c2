/**
 * An empty page of the site, which forbids nothing: for a test that wants the site's origin alone, and for a window between two tests, whose
 * process a browser keeps while it stays on its site.
 */
export const nothing = 'nothing.html';
