/**
 * Parquet as records, row group by row group: only the columns that are read are asked for, by ranges, and no more of the file is ever held
 * than a group's. Columns of plain values alone: what is nested has no one text.
 */
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { UserError } from '../../util/errors.ts';
import { brief, quoted } from '../../util/quoted.ts';
import { told } from './records.ts';
import { recordColumns, TableRows } from './table.ts';
import type { Divided } from './texts.ts';
import { remoteWords } from '../../words/remote.ts';

/** Bytes at the end that are asked for first: the footer of all but very wide tables. */
const FOOTER = 1 << 16;

export interface ParquetFile {
  byteLength: number;
  /** Bytes from `start` up to `end`. */
  slice(start: number, end: number): Promise<ArrayBuffer>;
}

export interface ParquetTable {
  rows: number;
  /** Names of the columns of plain values, and of the others. */
  flat: string[];
  nested: string[];
  /** Rows of these columns, a group at a time. */
  read(columns: () => readonly string[]): AsyncGenerator<Record<string, unknown>[]>;
}

/** UserError where it is no parquet, or damaged. */
export async function openParquet(name: string, file: ParquetFile): Promise<ParquetTable> {
  const asked: AsyncBuffer = {
    byteLength: file.byteLength,
    slice: (start, end = file.byteLength) => file.slice(start, end),
  };
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof UserError || (error as Error).name === 'AbortError') throw error;
      const why = brief(error instanceof Error ? error.message : String(error));
      throw new UserError(remoteWords.notParquet(name, why), {
        code: 'text-parquet',
        cause: error,
      });
    }
  };
  const metadata = await attempt(() => parquetMetadataAsync(asked, { initialFetchSize: FOOTER }));
  const columns = parquetSchema(metadata).children;
  const isFlat = ({ children, element }: (typeof columns)[number]): boolean =>
    children.length === 0 && element.repetition_type !== 'REPEATED';
  const nameOf = ({ element }: (typeof columns)[number]): string => element.name;
  return {
    rows: Number(metadata.num_rows),
    flat: columns.filter(isFlat).map(nameOf),
    nested: columns.filter((one) => !isFlat(one)).map(nameOf),
    async *read(wanted) {
      const compressors = await codecs();
      let rowStart = 0;
      for (const { num_rows } of metadata.row_groups) {
        const rowEnd = rowStart + Number(num_rows);
        const span = { rowStart, rowEnd };
        yield await attempt(() =>
          parquetReadObjects({ file: asked, metadata, columns: [...wanted()], ...span, compressors }),
        );
        rowStart = rowEnd;
      }
    },
  };
}

/** Snappy is the reader's own. */
async function codecs() {
  const [{ decompress }, { gunzipSync }] = await Promise.all([import('fzstd'), import('fflate')]);
  return {
    ZSTD: (packed: Uint8Array, length: number) => decompress(packed, new Uint8Array(length)),
    GZIP: (packed: Uint8Array) => gunzipSync(packed),
  };
}

/** Its documents, by the rules of every table. `onRows`: after each part, with how many rows are read. */
export async function readParquet(
  name: string,
  file: ParquetFile,
  column: string | null,
  take: (text: number) => void,
  onRows: (rows: number, total: number) => void,
): Promise<Divided> {
  const table = await openParquet(name, file);
  const { flat, nested } = table;
  const wanted = column === null ? nested.find((one) => one === 'text' || one === 'messages') : column;
  if (flat.length === 0 || (wanted !== undefined && nested.includes(wanted))) {
    const which = wanted ?? nested[0];
    throw new UserError(
      which === undefined
        ? remoteWords.noColumns(name)
        : remoteWords.nestedColumn(name, quoted(which), flat.length > 0 ? told(flat) : null),
      { code: 'text-parquet' },
    );
  }
  const rows = new TableRows(name, column, 'parquet');
  rows.take(flat, 0, ',');
  // Until it is known which column is the text, all are looked at.
  const known = column === null ? recordColumns(flat) : [column];
  let read = 0;
  for await (const part of table.read(() => known ?? (rows.chosen === null ? flat : [rows.chosen]))) {
    for (const row of part) {
      const cells = flat.map((key) => textOf(row[key]));
      take(cells.reduce((sum, cell) => sum + cell.length, 0));
      rows.take(cells, ++read, ',');
    }
    onRows(read, table.rows);
  }
  return rows.end();
}

const textOf = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : value instanceof Date
      ? value.toISOString()
      : value instanceof Uint8Array
        ? new TextDecoder().decode(value)
        : String(value);
