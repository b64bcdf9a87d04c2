/** The page as one file, opened from a disk or a stick. */
export const oneFileWords = {
  kept:
    'This page is a file. Your browser keeps runs in one place for all files it opens, and may forget them when the file moves ' +
    'or the window is private. Keep the file itself, and save every model you need.',
};
