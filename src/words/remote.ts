/** What is said where text and models of another server, and tables of parquet, are refused: with the parts that are loaded when used. */

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export const remoteWords = {
  notParquet: (name: string, why: string) =>
    `${name} is not a parquet file, or is damaged or cut short (${why}): fetch it again.`,
  noAnswer: (host: string, cause: string) => `${host} gave no answer (${cause}): try again in a while.`,
  gated: (what: string, status: number) =>
    `${what} is private or gated: it can only be fetched with an account (status ${status}).`,
  notFound: (what: string, host: string, status: number) =>
    `${what} was not found at ${host} (status ${status}): check its name.`,
  notJsonAnswer: (host: string) => `${host} answered with something that is not JSON: try again in a while.`,
  dataSet: (name: string, revision?: string) => `The data set ${name}${revision === undefined ? '' : ` (${revision})`}`,
  model: (name: string) => `The model ${name}`,
  noDataSet: (given: string) => `${given} is not a data set: give OWNER/NAME, or its address on huggingface.co.`,
  noTextAddress: (given: string) =>
    `${given} is not an address: give OWNER/NAME of a data set, or an address that begins with https://.`,
  noModel: (given: string) => `${given} is not a model: give OWNER/NAME, or an address that begins with https://.`,
  modelLacks: (name: string, missing: string) => `${name} has no ${missing}: give the address of a whole model folder.`,
  pageInstead: (host: string, name: string) =>
    `${host} has a web page instead of ${name}: give the address of the file itself.`,
  otherLength: (name: string, got: number, wanted: number) =>
    `${name} came with ${got} bytes instead of ${wanted}: try again in a while.`,
  noRanges: (host: string, name: string, bytes: number) =>
    `${host} does not send ${name} (${megabytes(bytes)}) in parts, which a file of that size needs: download it, and choose it here.`,
  tooMuch: (name: string, bytes: number, most: number) =>
    `${name} has ${megabytes(bytes)}, and at most ${megabytes(most)} are fetched: choose a smaller one.`,
  otherForm: (what: string) =>
    `The answer about ${what} does not have the form of the data set viewer’s: it may have changed.`,
  noColumns: (name: string) => `${name} has no columns.`,
  nestedColumn: (name: string, column: string, others: string | null) =>
    `${name} has the nested column ${column}, and only plain columns are read: ${others === null ? 'save the text in a column of its own' : `choose one of ${others}`}.`,
  nestedAlone: (name: string, columns: string) =>
    `${name} has only nested columns, ${columns}: none of them is plain text.`,
  otherShard: (status: number, got: number, asked: number) =>
    `The server sent another part of a shard than was asked for (status ${status}, ${got} bytes of ${asked}): try again in a while.`,
  nestedColumns: (name: string) => `${name} has only nested columns: none of them is plain text.`,
};
