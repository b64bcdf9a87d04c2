/** What is said where a folder of text is refused. */
export const textFolderWords = {
  empty: (name: string) => `${name} is empty: give a folder with files of text.`,
  noText: (name: string, files: number) =>
    `${name} has ${files === 1 ? 'one file' : `${files} files`} and none of a kind that can be read here: give a folder with files of text.`,
  tooLarge: (name: string, megabytes: number, most: number) =>
    `${name} has ${megabytes} MB of text and a folder may have at most ${most} MB: divide it into smaller ones.`,
};
