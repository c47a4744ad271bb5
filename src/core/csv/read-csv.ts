import { DomainError } from '../errors.ts';
import type { DurationMs, EpochMs } from '../time.ts';
import type { ColumnMapping } from './column-mapping.ts';
import type { DecimalMark } from './decimal.ts';
import { type Delimiter, delimiterOf, detectDecimal, detectDelimiter } from './dialect.ts';
import { type Layout, type LayoutOptions, type LeftOut, layoutOf } from './layout.ts';
import { lineSplitter } from './line-splitter.ts';
import { momentReader } from './moment-reader.ts';
import { areRowNumbers, type NumberedReader, numberedReader } from './numbered-rows.ts';
import { type CsvCounts, type CsvSink, type ReadRow, rowReader } from './read-rows.ts';
import { splitLine } from './split-line.ts';
import { detectTimeFormat, TIME_EXAMPLES, type TimeFormat, toIsoText } from './time-format.ts';

/** What a person knows about a file; what is left out is told from the file, or refused. */
export interface CsvOptions extends LayoutOptions {
  /** Zone of times without one; known to exist. */
  readonly zone?: string | undefined;
  readonly delimiter?: Delimiter | undefined;
  readonly decimal?: DecimalMark | undefined;
  readonly dateFormat?: TimeFormat | undefined;
  /** Time of the row `t_0`, and how far rows are apart, where rows have numbers instead of times. */
  readonly start?: EpochMs | undefined;
  readonly step?: DurationMs | undefined;
  readonly map?: readonly ColumnMapping[] | undefined;
}

/** How a file was understood. */
export interface CsvForm {
  readonly delimiter: Delimiter;
  readonly decimal: DecimalMark;
  readonly times: TimeFormat | 'row-number';
  readonly layout: Layout['kind'];
  readonly leftOut: readonly LeftOut[];
}

/** What was read. */
export interface CsvSummary extends CsvCounts {
  readonly form: CsvForm;
}

/** Lines from which the form of a file is told, and how many characters of them at most. */
const SAMPLE_LINES = 1_000;
const SAMPLE_CHARACTERS = 1_000_000;
/** Lines that decide about the delimiter. */
const DELIMITER_LINES = 100;

/**
 * Reads CSV of any length in bounded memory and hands its values to `sink`. The form of the file is
 * told from its first 1,000 lines; what they leave open is refused with the option that settles it. A
 * row that cannot be read is told with its line and its reason, and does not stop the others.
 *
 * @param input - bytes in UTF-8 (or UTF-16 with a byte order mark), or text
 * @throws {DomainError} `IMPORT_INVALID` when there is no header, or not one that is understood, when
 *   times have no zone, when a date could mean two days, for stacked series, or for a line of more than
 *   a million characters
 */
export async function readCsv(
  input: AsyncIterable<Uint8Array | string>,
  options: CsvOptions,
  sink: CsvSink,
): Promise<CsvSummary> {
  const reader = new Reader(options, sink);
  const lines = lineSplitter((line, number) => reader.line(line, number));
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  for await (const piece of input) {
    if (typeof piece === 'string') lines.push(piece);
    else {
      decoder ??= new TextDecoder(encodingOf(piece));
      lines.push(decoder.decode(piece, { stream: true }));
    }
    await sink.afterPiece?.();
  }
  if (decoder) lines.push(decoder.decode());
  lines.end();
  const summary = reader.end();
  await sink.afterPiece?.();
  return summary;
}

/** Spreadsheets write UTF-16 and say so in the first two bytes. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}

interface Line {
  readonly text: string;
  readonly number: number;
}

interface SampleRow {
  readonly fields: readonly string[];
  /** Its line. */
  readonly number: number;
}

/** Keeps the first lines until the form of the file is known, then reads row by row. */
class Reader {
  readonly #options: CsvOptions;
  readonly #sink: CsvSink;
  readonly #counts: CsvCounts = { rows: 0, missing: 0, filled: 0 };
  #sample: Line[] | undefined = [];
  #characters = 0;
  #delimiter: Delimiter | undefined;
  #form: CsvForm | undefined;
  #numbered: NumberedReader | undefined;
  #read: ReadRow = () => {};

  constructor(options: CsvOptions, sink: CsvSink) {
    this.#options = options;
    this.#sink = sink;
    this.#delimiter = options.delimiter;
  }

  line(text: string, number: number): void {
    if (this.#sample === undefined) this.#row(text, number);
    else if (text.trim() !== '') {
      const plain = number === 1 ? text.replace(/^\uFEFF/, '') : text;
      // What spreadsheets write before the header to say the delimiter.
      const [, said] = (number === 1 && /^"?sep=(.)"?$/i.exec(plain)) || [];
      const delimiter = said === undefined ? undefined : delimiterOf(said);
      if (delimiter !== undefined) this.#delimiter ??= delimiter;
      else this.#sample.push({ text: plain, number });
      this.#characters += text.length;
      if (this.#sample.length > SAMPLE_LINES || this.#characters > SAMPLE_CHARACTERS) this.#start();
    }
  }

  end(): CsvSummary {
    if (this.#sample !== undefined) this.#start();
    const more = this.#numbered?.finish() ?? [];
    if (this.#form === undefined) throw new RangeError('the form is known after the start');
    const form = { ...this.#form, leftOut: [...this.#form.leftOut, ...more] };
    return { ...this.#counts, form };
  }

  #row(text: string, number: number): void {
    const fields = splitLine(text, this.#delimiter ?? ',');
    if (fields === undefined) {
      this.#counts.rows++;
      this.#sink.problem(number, 'a quote is not closed, or something stands behind it');
    } else if (fields.length > 1 || fields[0] !== '') this.#read(fields, number);
  }

  /** Tells the form of the file from the sample, and reads the sample with it. */
  #start(): void {
    const [header, ...rest] = this.#sample ?? [];
    this.#sample = undefined;
    if (header === undefined) {
      throw new DomainError('IMPORT_INVALID', 'the file is empty', { line: 1 });
    }
    const delimiter =
      this.#delimiter ??
      detectDelimiter([header, ...rest].slice(0, DELIMITER_LINES).map(({ text }) => text));
    this.#delimiter = delimiter;
    const names = splitLine(header.text, delimiter);
    if (names === undefined) {
      throw new DomainError('IMPORT_INVALID', 'a quote of the header is not closed', { line: 1 });
    }
    const layout = layoutOf(names, this.#options);
    const rows = rest.flatMap(({ text, number }) => {
      const fields = splitLine(text, delimiter);
      return fields?.length === names.length ? [{ fields, number }] : [];
    });
    this.#open(layout, names.length, rows, delimiter);
    for (const { text, number } of rest) this.#row(text, number);
  }

  #open(layout: Layout, width: number, sample: readonly SampleRow[], delimiter: Delimiter): void {
    const options = this.#options;
    const indices = layout.kind === 'long' ? [layout.value] : layout.values.map((it) => it.index);
    const decimal =
      options.decimal ??
      detectDecimal(
        sample.flatMap(({ fields }) => indices.map((index) => fields[index] ?? '')),
        delimiter,
      );
    const { map = [] } = options;
    const [sink, counts] = [this.#sink, this.#counts];
    const rows = { layout, width, decimal, map, sink, counts };
    const times = sample.map(({ fields }) => fields[layout.timestamp] ?? '');
    const common = { delimiter, decimal, layout: layout.kind, leftOut: layout.leftOut };
    if (options.dateFormat === undefined && areRowNumbers(times)) {
      this.#numbered = numberedReader(rows, { start: options.start, step: options.step });
      this.#read = this.#numbered.read;
      this.#form = { ...common, times: 'row-number' };
      return;
    }
    const format = options.dateFormat ?? detectTimeFormat(times) ?? 'iso';
    if (options.zone === undefined) {
      refuseWithoutZone(times, format, (index) => sample[index]?.number);
    }
    this.#read = rowReader({ ...rows, format, moment: momentReader(options.zone) });
    this.#form = { ...common, times: format };
  }
}

/** Where no time of the sample says its zone, none of the file will be believed: better said at once. */
function refuseWithoutZone(
  times: readonly string[],
  format: TimeFormat,
  lineOf: (index: number) => number | undefined,
): void {
  const index = times.findIndex((text) => isTime(text, format, 'utc'));
  if (index < 0 || times.some((text) => isTime(text, format))) return;
  const message = `line ${lineOf(index)}: ${times[index]} has no zone, and none is guessed`;
  throw new DomainError('IMPORT_INVALID', message, {
    times: `${format}, such as ${TIME_EXAMPLES[format]}`,
    try: '--zone Europe/Berlin, --zone utc, or times that end in Z or an offset',
  });
}

function isTime(text: string, format: TimeFormat, zone?: string): boolean {
  const iso = toIsoText(text, format);
  return iso !== undefined && typeof momentReader(zone)(iso) === 'number';
}
