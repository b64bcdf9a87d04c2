/** What `score` and `sample` say. */

export const modelWords = {
  model: 'a HuggingFace folder of a Nemotron, Llama or Qwen2 model',
  shortened: (takes: number, used: number) => `The model takes ${takes} tokens at once, and is used with ${used} here.`,
};

export const scoreWords = {
  about: 'Scores a text under a model: nats a token, bits a byte.',
  text: 'the text: a file of documents, or a folder of them',
  json: 'where tokens, nats and sums are written',
  isRead: (file: string) => `The file ${file} is the text itself: give another file.`,
  isFolder: (file: string) => `${file} is a folder: give the path of a file.`,
  result: (loss: number, bitsPerByte: number) =>
    `loss ${loss.toFixed(4)} nats a token, ${bitsPerByte.toFixed(4)} bits a byte`,
};

export const sampleWords = {
  about: 'Continues a prompt with a model.',
  prompt: 'what is continued; by default nothing',
  tokens: 'most tokens to write; 100 by default',
  seed: 'for the draws; 1 by default',
  temperature: '0 takes the likeliest token, 1 the model’s own distribution; 0.8 by default',
  promptCut: (takes: number, unread: number) =>
    `the model takes ${takes} tokens at once: the first ${unread} of the prompt were left out.`,
  endedEarly: (made: number, asked: number) => `the text ended by itself after ${made} of ${asked} tokens.`,
};
