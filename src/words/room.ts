/** What does not fit, where nothing has been read yet: apart from deviceWords, for the page says it in its own words. */
export const roomWords = {
  tooLarge: (bytes: number, most: number) =>
    `This takes ${Math.ceil(bytes / 2 ** 20)} MB at once, and WebAssembly on the processor has ${most / 2 ** 20} MB: choose a smaller model or batch, adapters alone, or a GPU.`,
};
