/** What the page says of its use in a class before a lesson is opened. */
export const classWords = {
  lessons: 'Lessons',
  /** In the recipe's form, after the settings. */
  link: 'A link for a class',
  /** In the page as one file, opened from a disk or a stick. */
  kept:
    'This page is a file. Your browser keeps runs in one place for all files it opens, and may forget them when the file moves ' +
    'or the window is private. Keep the file itself, and save every model you need.',
};
