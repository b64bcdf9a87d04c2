/** What is said of a .zip that is refused: with the parts that are loaded when one is given. */

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export const zipWords = {
  damaged: 'It is not a .zip, or is damaged or cut short: have it sent again.',
  tooMany: (most: number) => `It lists more than ${most} files: zip only the run or the model folder.`,
  tooLarge: (bytes: number, most: number) =>
    `It would unpack to ${megabytes(bytes)}, and at most ${megabytes(most)} are read: zip only the run or the model folder.`,
};
