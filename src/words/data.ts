/** What is said where text, tables, archives, data sets and tokenizers are refused. */

export const dataWords = {
  weight: (name: string, weight: number) =>
    `The blend gives source "${name}" the weight ${weight}: weights are numbers of 0 or more.`,
  noSourceInBlend: (name: string, known: string) =>
    `The blend names a source "${name}" that does not exist; there are: ${known}.`,
  noWeight: (sum: number, listed: string) =>
    `The blend's weights sum to ${sum} (${listed}): give at least one source a weight above 0.`,
  noSource: (name: string, known: string) =>
    `There is no source "${name}": the shipped ones are ${known}; text of your own is given as a file.`,
  listNotJson: (file: string) => `The list of shipped text, ${file}, is not JSON: reload, or publish the page again.`,
  otherList: (file: string, how: string) =>
    `The list of shipped text, ${file}, is of another version (${how}): reload, or publish the page again.`,
  damagedFile: (file: string, hash: string, wanted: string) =>
    `The data file ${file} is damaged (SHA-256 ${hash}… instead of ${wanted}…): reload, or publish the page again.`,
  missingFile: (file: string, status: number) =>
    `The data file ${file} could not be fetched (status ${status}): publish the page with its folder of data.`,
  notFetched: (file: string, cause: string) =>
    `The data file ${file} could not be fetched (${cause}): check the connection.`,
  utf32: (name: string) => `${name} is UTF-32: save it as UTF-8.`,
  notWord: (name: string) => `${name} cannot be read as a Word document: save it again as .docx or as .txt.`,
  longDocument: (name: string, unit: string, number: number, most: number) =>
    `${name}, ${unit} ${number} is longer than ${most} characters: give a document of that length as plain text.`,
  /** `isArray`: the file looks like one array over many lines. */
  notJsonLine: (name: string, line: number, isArray: boolean) =>
    `${name}, line ${line} is not JSON: ${
      isArray ? 'for one array over many lines, end its name in .json' : 'correct or remove that line'
    }.`,
  cutEntry: (name: string, number: number) => `${name} ends inside entry ${number}: it is cut short.`,
  notJsonEntry: (name: string, number: number) => `${name}, entry ${number} is not JSON: correct or remove it.`,
  notText: (name: string, unit: string, number: number, column: string) =>
    `${name}, ${unit} ${number} has a ${column} that is not text: choose another field, or correct it.`,
  openQuote: (name: string, row: number) =>
    `${name}, row ${row} has a quotation mark that is not closed or does not enclose its cell: write it twice inside quotes.`,
  cells: (name: string, row: number, cells: number, first: number, delimiter: string) =>
    `${name}, row ${row} has ${cells} cells and the first row ${first}: put cells that contain ${delimiter} in quotation marks.`,
  manyDocuments: (name: string, most: number) =>
    `${name} has more than ${most} documents: divide it into smaller files.`,
  manyFiles: (name: string, most: number) => `${name} lists more than ${most} files: divide it into smaller ones.`,
  unpacksTo: (name: string, most: number) =>
    `${name} unpacks to more than ${most} bytes: divide it into smaller files.`,
  notZip: (name: string) => `${name} is a zip that is damaged, cut short or encrypted: pack it again.`,
  notGzip: (name: string) => `${name} is a gzip file that is damaged or cut short: fetch or copy it again.`,
  heldOut: (share: number) => `The held-out share is ${share}: choose a number from 0 up to, but not including, 1.`,
  nothingHeldOut: 'Nothing is held out, as data.heldOut is 0: no held-out loss is measured.',
  tailHeldOut: (name: string, documents: number, share: string) =>
    `${name}: its ${documents} documents are too few to hold out ${share} of them by hash; the end of the text is held out instead.`,
  equalHeldOut: (name: string, documents: number) =>
    `${name}: ${documents} of its documents equal a held-out one and are not trained on.`,
  roughHeldOut: (name: string, tokens: number, row: number) =>
    `${name}: ${tokens} tokens are held out, fewer than one row of ${row}: its held-out loss is rough.`,
  fewHeldOut: (name: string, tokens: number, rows: number, row: number, asked: number) =>
    `${name}: ${tokens} tokens are held out, ${rows} rows of ${row} where evaluation.rows asks for ${asked}.`,
  fewIds: (ids: number, asked: number) =>
    `The tokenizer has ${ids} ids and ${asked} were asked for: the text does not repeat enough for more; the other rows of the embedding stay unused.`,
  shortSource: (name: string, tokens: number, context: number, least: number) =>
    `Source "${name}" has ${tokens} tokens to train on, fewer than one context of ${context} and the token after it (${least}): give it more text or choose a shorter context.`,
  smallEmbedding: (tokens: number, rows: number, least: number) =>
    `The tokenizer has ${tokens} tokens and the embedding ${rows} rows: raise model.vocab_size to ${least} or choose a smaller tokenizer.`,
  wordTokenizer:
    'The word tokenizer knows only the words of a synthetic world: choose the byte or a BPE tokenizer for text.',
  foreignTokenizer:
    'The tokenizer belongs to a model made elsewhere, which is not here: start from that model, or choose a byte or BPE tokenizer.',
  unreadable: (name: string, cause: string) =>
    `${name} could not be read (${cause}): it may have been changed or moved; add it again.`,
  noTextInside: (name: string) => `${name} has no file of a kind that can be read here: pack text files.`,
  packedTwice: (name: string) => `${name} is packed twice: give it without .gz.`,
  notUtf8: (name: string, utf16: boolean, at: number, byte: string, places: number) =>
    `${name} is not ${utf16 ? 'whole UTF-16' : 'UTF-8'}: byte ${at} (${byte}) is invalid${
      places === 1 ? '' : `, the first of ${places} places`
    }; save it as UTF-8 text.`,
  noText: (name: string, bytes: number) =>
    bytes === 0 ? `${name} is empty: give a file with text.` : `${name} (${bytes} bytes) has no text.`,
  tooLarge: (name: string, size: string, most: string) =>
    `${name} has ${size} of text and a file may have at most ${most}: divide it into smaller files.`,
  beside: (name: string) => `${name}: headers, footers, footnotes and comments are left out.`,
  withoutText: (name: string, records: number, unit: string) =>
    records === 1
      ? `${name}: 1 ${unit} without text is left out.`
      : `${name}: ${records} ${unit === 'entry' ? 'entries' : `${unit}s`} without text are left out.`,
  partsLeftOut: (name: string, parts: number) =>
    `${name}: ${parts} ${parts === 1 ? 'part' : 'parts'} of conversations without text left out.`,
  /** `choose`: a person can name the field. */
  unknownFields: (name: string, unit: string, number: number, fields: string, choose: boolean) =>
    `${name}, ${unit} ${number} has ${fields || 'no fields'}: it needs a string "text", "prompt" and "completion", "prompt" and "answer", "question" and "answer", or "messages"${choose ? ', or the name of the field to read' : ''}.`,
  noColumn: (name: string, column: string, known: string) =>
    `${name} has no ${column}: name one of ${known || 'none'}.`,
  more: (names: string, rest: number) => (rest > 0 ? `${names} and ${rest} more` : names),
  columnRead: (name: string, column: string, hasNames: boolean) =>
    `${name}: the column ${column} is read${hasNames ? ', and the first row gives the columns’ names' : ''}.`,
  delimiter: (name: string, delimiter: string) => `${name}: ${delimiter} separates its cells.`,
  whichColumn: (name: string, columns: string, several: boolean) =>
    `${name} has the columns ${columns}, and ${several ? 'more than one looks' : 'none looks'} like text: choose the one to read.`,
  otherKinds: (name: string, files: string) =>
    `${name}: ${files} left out, because files of that kind are not read here.`,
  utf16: (name: string) => `${name} looks like UTF-16 and is read as that.`,
  fileName: 'a plain file name',
  heldOutOf: (source: string) => `held out of ${source}`,
  sampleOf: (source: string) => `text of ${source} for the tokenizer`,
  wrongTokenizer: (reason: string) =>
    `This tokenizer.json cannot be used: ${reason}; use the file this project wrote beside the model.`,
  vocabulary: (size: number, least: number, most: number) =>
    `A BPE vocabulary of ${size} cannot be trained: choose a whole number from ${least} to ${most} (256 bytes, the end of text, and at least one merge), or the byte tokenizer.`,
};

/** What is wrong with a line of data for alignment, after the name of its file and the line. */
export const exampleWords = {
  problem: (name: string, line: number, why: string) => `${name}, line ${line}: ${why}.`,
  notObject: 'it is not an object',
  turns: (name: string) => `${name} must be a list of turns`,
  role: (name: string, turn: number, found: string) =>
    `${name}, turn ${turn}: role must be user or assistant, or system in the first, got ${found}`,
  content: (name: string, turn: number) => `${name}, turn ${turn}: content must be text`,
  lastTurn: 'messages must end with a turn of the assistant',
  answer: (name: string) => `${name} must be text, or turns that end with the assistant's`,
  attributes: 'attributes must be an object of numbers by name, or a list of 5 or 9',
  noAttribute: (name: string, known: readonly string[]) => `attributes has no ${name}; there are ${known.join(', ')}`,
  attributeValue: 'attributes must be numbers, null or −100',
  prompt: 'prompt must end with a turn of the user',
  rewards: 'reward_chosen and reward_rejected must be numbers',
};
