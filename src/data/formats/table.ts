/** Tables as records: comma- or tab-separated rows, the first of which names the columns. */
import Papa from 'papaparse';
import { UserError } from '../../util/errors.ts';
import { quoted } from '../../util/quoted.ts';
import { ColumnError, noColumn, Records, told } from './records.ts';
import type { Divided, Divider } from './texts.ts';
import { dataWords } from '../../words/data.ts';

/** Rows looked at before a column is chosen: enough to see which holds prose. */
const HEAD = 1000;
/** Columns that make a record by their names, as fields do in JSON. */
const RECORDS = [['text'], ['prompt', 'completion'], ['prompt', 'answer'], ['question', 'answer']];
/** Two words: a cell of prose, not a name, a number, a date or a label. */
const PROSE = /[^\s]\s+[^\s]/;

export class Table implements Divider {
  readonly #name: string;
  readonly #column: string | null;
  readonly #delimiter: string;
  readonly #pieces: string[] = [];

  /** `tabs`: of a .tsv; otherwise the delimiter is found. */
  constructor(name: string, tabs: boolean, column: string | null) {
    this.#name = name;
    this.#column = column;
    this.#delimiter = tabs ? '\t' : '';
  }

  push(piece: string): void {
    this.#pieces.push(piece);
  }

  end(): Divided {
    const text = this.#pieces.join('');
    const rows = new TableRows(this.#name, this.#column);
    let number = 0;
    Papa.parse<string[]>(text, {
      delimiter: this.#delimiter,
      skipEmptyLines: true, // also where the delimiter is guessed: blank lines would count against every one
      step: ({ data, errors, meta }) => {
        number++;
        const broken = errors.find(({ type }) => type === 'Quotes');
        if (broken) {
          throw new UserError(dataWords.openQuote(this.#name, number), { code: 'text-table' });
        }
        rows.take(data, number, meta.delimiter);
      },
    });
    return rows.end();
  }
}

/** Those of a table's columns that make a record by their names; null: none do. */
export const recordColumns = (columns: readonly string[]): string[] | null =>
  RECORDS.find((names) => names.every((name) => columns.includes(name))) ?? null;

export class TableRows {
  readonly #name: string;
  readonly #asked: string | null;
  readonly #kind: 'table' | 'parquet';
  #columns: string[] | null = null;
  #delimiter = ',';
  /** Rows that wait for a column to be chosen. */
  #waiting: { cells: string[]; number: number }[] = [];
  #records: Records | null = null;
  #chosen: string | null = null;
  readonly #notes: string[] = [];

  /** `kind`: parquet says the columns' names itself, and a table in its first row. */
  constructor(name: string, column: string | null, kind: 'table' | 'parquet' = 'table') {
    this.#name = name;
    this.#asked = column;
    this.#kind = kind;
  }

  /** The column that is read alone, once that is known. */
  get chosen(): string | null {
    return this.#chosen;
  }

  take(cells: string[], number: number, delimiter: string): void {
    if (this.#columns === null) {
      this.#columns = cells.map((cell, i) => cell.trim() || `column ${i + 1}`);
      this.#delimiter = delimiter;
      return;
    }
    if (cells.length > this.#columns.length) {
      throw new UserError(
        dataWords.cells(this.#name, number, cells.length, this.#columns.length, quoted(this.#delimiter)),
        { code: 'text-table' },
      );
    }
    if (this.#records) return this.#add(this.#records, cells, number);
    this.#waiting.push({ cells, number });
    if (this.#waiting.length === HEAD) this.#choose();
  }

  end(): Divided {
    const records = this.#records ?? this.#choose();
    const { texts, notes } = records.end();
    return { texts, notes: [...this.#notes, ...notes], columns: this.#columns ?? [], column: this.#chosen };
  }

  #choose(): Records {
    const columns = this.#columns ?? [];
    this.#chosen = this.#asked ?? this.#columnOf(columns);
    if (this.#chosen !== null && columns.length > 0 && !columns.includes(this.#chosen))
      throw noColumn(this.#name, this.#chosen, columns);
    if (this.#chosen !== null && this.#asked === null) {
      this.#notes.push(dataWords.columnRead(this.#name, quoted(this.#chosen), this.#kind === 'table'));
    }
    if (![',', '\t'].includes(this.#delimiter))
      this.#notes.push(dataWords.delimiter(this.#name, quoted(this.#delimiter)));
    // An empty table has no column to lack.
    const records = new Records(this.#name, 'row', this.#waiting.length > 0 ? this.#chosen : null);
    this.#records = records;
    for (const { cells, number } of this.#waiting) this.#add(records, cells, number);
    this.#waiting = [];
    return records;
  }

  /** The column to read alone; null: the columns make records by their names. */
  #columnOf(columns: readonly string[]): string | null {
    if (recordColumns(columns)) return null;
    const prose = columns.filter((_, i) => {
      const cells = this.#waiting.map((row) => row.cells[i] ?? '').filter((cell) => cell.trim() !== '');
      return cells.length > 0 && cells.filter((cell) => PROSE.test(cell)).length > cells.length / 2;
    });
    if (columns.length === 1) return columns[0]!;
    if (prose.length === 1) return prose[0]!;
    if (columns.length === 0) return null;
    throw new ColumnError(dataWords.whichColumn(this.#name, told(columns), prose.length > 0), columns);
  }

  #add(records: Records, cells: readonly string[], number: number): void {
    records.add(Object.fromEntries(this.#columns!.map((name, i) => [name, cells[i] ?? ''])), number);
  }
}
