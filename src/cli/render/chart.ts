import type { EpochMs } from '#core/time.ts';
import { formatValue, type Scale } from '#core/units.ts';
import { styled, type Terminal } from './terminal.ts';
import type { TimeFormat } from './time.ts';

/** A value at a time, null is missing; with what was expected then, where that is known. */
export interface ChartPoint {
  readonly at: EpochMs;
  readonly value: number | null;
  readonly expected?: number | null;
  readonly lower?: number | null;
  readonly upper?: number | null;
  /** Drawn as a point of its own: an anomaly. */
  readonly isMarked?: boolean;
}

/** A forecast value, with its band where there is one. */
export interface ForecastPoint {
  readonly at: EpochMs;
  readonly value: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** Observations up to now and the forecast after them, ascending in time. */
export interface ChartInput {
  readonly history: readonly ChartPoint[];
  /** Without it there is no line at now. At least one point in history and forecast together. */
  readonly forecast: readonly ForecastPoint[];
  readonly scale: Scale;
  readonly time: TimeFormat;
  /** What stands below the line between history and forecast; `now` unless given. */
  readonly mark?: string;
  /** Rows of the plot itself; 10 unless given. */
  readonly height?: number;
}

/** What the parts of a chart are drawn with. */
export const GLYPHS = {
  unicode: {
    solid: { flat: '─', up: ['╯', '╭'], down: ['╮', '╰'], rise: '│' },
    dashed: { flat: '╌', up: ['╯', '╭'], down: ['╮', '╰'], rise: '╎' },
    band: '░',
    mark: '●',
    now: '┃',
    axis: '┤',
    corner: '└',
    floor: '─',
    side: '│',
  },
  ascii: {
    solid: { flat: '*', up: ['*', '*'], down: ['*', '*'], rise: '*' },
    dashed: { flat: 'o', up: ['o', 'o'], down: ['o', 'o'], rise: 'o' },
    band: '.',
    mark: 'X',
    now: '!',
    axis: '+',
    corner: '+',
    floor: '-',
    side: '|',
  },
} as const;

type Line = (typeof GLYPHS)[keyof typeof GLYPHS]['solid' | 'dashed'];
type Ink = 'history' | 'forecast' | 'band' | 'now' | 'mark';

/** One column of the plot: the mean of the points that fall on it, the extremes of the band. */
interface PlotColumn {
  readonly value: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly isMarked: boolean;
}

const DEFAULT_HEIGHT = 10;
/** A point takes at most so many columns. */
const MOST_STRETCH = 4;

/**
 * A small line chart for terminals: history solid, forecast and expected values dashed, bands shaded,
 * marked points as such, a vertical line at now. Where there are more points than columns a column
 * shows their mean, or that of the marked among them, so that no mark is averaged away; a missing
 * value stays empty. At most `terminal.width` wide; ends with a line feed.
 */
export function renderChart(input: ChartInput, terminal: Terminal): string {
  const { scale, height = DEFAULT_HEIGHT } = input;
  const range = valueRange(input);
  const labels = axisLabels(range, height, scale);
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const available = Math.max(terminal.width - labelWidth - 3, 8);
  const { history, forecast } = columnsOf(input, available);

  const hasNow = input.forecast.length > 0;
  const canvas = new Canvas(history.length + (hasNow ? 1 + forecast.length : 0), height);
  const rowOf = (value: number) =>
    Math.round(((range.high - value) / (range.high - range.low)) * (height - 1));
  const glyphs = terminal.unicode ? GLYPHS.unicode : GLYPHS.ascii;
  drawBand(canvas, history, 0, rowOf, glyphs.band);
  drawBand(canvas, forecast, history.length + 1, rowOf, glyphs.band);
  for (let row = 0; hasNow && row < height; row++)
    canvas.put(history.length, row, glyphs.now, 'now');
  const expected = history.map((column) => ({ ...column, value: column.expected }));
  drawLine(canvas, expected, 0, rowOf, glyphs.dashed, 'forecast');
  drawLine(canvas, history, 0, rowOf, glyphs.solid, 'history');
  history.forEach(({ value, isMarked }, column) => {
    if (isMarked && value !== null) canvas.put(column, rowOf(value), glyphs.mark, 'mark');
  });
  drawLine(canvas, forecast, history.length + 1, rowOf, glyphs.dashed, 'forecast');

  const rows = canvas.rows(terminal).map((row, index) => {
    const label = labels[index] ?? '';
    const axis = label === '' ? glyphs.side : glyphs.axis;
    return `${label.padStart(labelWidth)} ${axis}${row}`.trimEnd();
  });
  const floor = `${' '.repeat(labelWidth)} ${glyphs.corner}${glyphs.floor.repeat(canvas.width)}`;
  const times = timeLabels(input, history.length, canvas.width);
  return `${[...rows, floor, `${' '.repeat(labelWidth + 2)}${times}`.trimEnd()].join('\n')}\n`;
}

interface Range {
  readonly low: number;
  readonly high: number;
}

function valueRange({ history, forecast }: ChartInput): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const include = (value: number | null) => {
    if (value === null) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { value, expected, lower, upper } of history.map(columnOf))
    for (const shown of [value, expected, lower, upper]) include(shown);
  for (const { value, lower, upper } of forecast)
    for (const bound of [value, lower, upper]) include(bound);
  if (high > low) return { low, high };
  // A flat line in the middle, with a scale that still says where it is.
  const margin = Math.abs(high) * 0.1 || 1;
  return { low: low - margin, high: high + margin };
}

/** Labels at the top, in the middle and at the bottom; empty in between. */
function axisLabels({ low, high }: Range, height: number, scale: Scale): readonly string[] {
  const middle = Math.round((height - 1) / 2);
  const marked = new Set([0, middle, height - 1]);
  return Array.from({ length: height }, (_, row) =>
    marked.has(row) ? formatValue(high - ((high - low) * row) / (height - 1), scale) : '',
  );
}

function columnsOf({ history, forecast }: ChartInput, available: number) {
  const total = history.length + forecast.length;
  const room = available - 1;
  if (total <= room) {
    const stretch = Math.min(room / total, MOST_STRETCH);
    const own = (length: number) => Math.floor(length * stretch);
    return {
      history: bin(history.map(columnOf), own(history.length)),
      forecast: bin(forecast.map(columnOf), own(forecast.length)),
    };
  }
  const share = Math.min(Math.max(Math.round((room * forecast.length) / total), 1), room - 1);
  const right = forecast.length === 0 ? 0 : share;
  const left = history.length === 0 ? 0 : room - right;
  return {
    history: bin(history.map(columnOf), left),
    forecast: bin(forecast.map(columnOf), right),
  };
}

function columnOf(point: ChartPoint): PlotColumn {
  const { value, expected = null, lower = null, upper = null, isMarked = false } = point;
  return { value, expected, lower, upper, isMarked };
}

function bin(points: readonly PlotColumn[], columns: number): readonly PlotColumn[] {
  return Array.from({ length: columns }, (_, column) => {
    const startOf = (index: number) => Math.floor((index * points.length) / columns);
    const [before, from] = [startOf(column - 1), startOf(column)];
    const to = Math.max(startOf(column + 1), from + 1);
    const own = points.slice(from, to);
    const marked = own.filter(({ isMarked }) => isMarked);
    const lower = knownOf(own.map((point) => point.lower));
    const upper = knownOf(own.map((point) => point.upper));
    return {
      value: meanOf((marked.length > 0 ? marked : own).map((point) => point.value)),
      expected: meanOf(own.map((point) => point.expected)),
      lower: lower.length === 0 ? null : Math.min(...lower),
      upper: upper.length === 0 ? null : Math.max(...upper),
      // A point that is stretched over several columns is marked once.
      isMarked: marked.length > 0 && from !== before,
    };
  });
}

function knownOf(values: readonly (number | null)[]): readonly number[] {
  return values.filter((value) => value !== null);
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = knownOf(values);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

class Canvas {
  readonly width: number;
  readonly #height: number;
  readonly #cells = new Map<number, { readonly glyph: string; readonly ink: Ink }>();

  constructor(width: number, height: number) {
    this.width = width;
    this.#height = height;
  }

  put(column: number, row: number, glyph: string, ink: Ink): void {
    this.#cells.set(row * this.width + column, { glyph, ink });
  }

  rows(terminal: Terminal): readonly string[] {
    return Array.from({ length: this.#height }, (_, row) => {
      let text = '';
      for (let column = 0; column < this.width; column++) {
        const cell = this.#cells.get(row * this.width + column);
        text += cell ? inked(cell.glyph, cell.ink, terminal) : ' ';
      }
      return text;
    });
  }
}

function inked(glyph: string, ink: Ink, terminal: Terminal): string {
  if (ink === 'history') return glyph;
  const style = { forecast: 'cyan', mark: 'red', band: 'dim', now: 'dim' } as const;
  return styled(glyph, style[ink], terminal);
}

function drawBand(
  canvas: Canvas,
  columns: readonly PlotColumn[],
  left: number,
  rowOf: (value: number) => number,
  glyph: string,
): void {
  columns.forEach(({ lower, upper }, column) => {
    if (lower === null || upper === null) return;
    for (let row = rowOf(upper); row <= rowOf(lower); row++)
      canvas.put(left + column, row, glyph, 'band');
  });
}

function drawLine(
  canvas: Canvas,
  columns: readonly Pick<PlotColumn, 'value'>[],
  left: number,
  rowOf: (value: number) => number,
  line: Line,
  ink: Ink,
): void {
  let before: number | undefined;
  columns.forEach(({ value }, column) => {
    const row = value === null ? undefined : rowOf(value);
    if (row !== undefined) {
      if (before === undefined || before === row) canvas.put(left + column, row, line.flat, ink);
      else {
        const [end, start] = row < before ? line.up : line.down;
        for (let between = Math.min(row, before) + 1; between < Math.max(row, before); between++) {
          canvas.put(left + column, between, line.rise, ink);
        }
        canvas.put(left + column, before, end, ink);
        canvas.put(left + column, row, start, ink);
      }
    }
    before = row;
  });
}

/** The first time, the mark, and the last time, where they do not run into each other. */
function timeLabels(input: ChartInput, now: number, width: number): string {
  const { history, forecast, time, mark = 'now' } = input;
  const first = history[0]?.at ?? forecast[0]?.at;
  const last = forecast.at(-1)?.at ?? history.at(-1)?.at;
  if (first === undefined || last === undefined) return '';
  const withDate = last - first >= 86_400_000;
  const start = history.length === 0 ? '' : time.short(first, withDate);
  const end = time.short(last, withDate);
  let line = start;
  const middle = Math.max(now - 1, 0);
  if (forecast.length > 0 && (line === '' || line.length < middle))
    line = `${line.padEnd(middle)}${mark}`;
  const endAt = Math.max(width - end.length, 0);
  return line.length < endAt ? `${line.padEnd(endAt)}${end}` : line;
}
