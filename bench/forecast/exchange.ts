import type { EpochMs } from '#core/time.ts';
import { type CellForecasts, type Cells, noForecasts, offsetsOf } from './cells.ts';
import { timeIn } from './protocol.ts';
import { integerIn, invalid, numberIn, readCsv } from './read-csv.ts';

/** The columns of forecasts as programs exchange them. */
const COLUMNS = ['series', 'cutoff', 'horizon', 'yhat', 'lo', 'hi'] as const;

/** What one model says of every series, by the series' name. */
export type ForecastsBySeries = ReadonlyMap<string, CellForecasts>;

/**
 * Forecasts as CSV with the columns `series,cutoff,horizon,yhat,lo,hi`: the cutoff as cutoffs.csv
 * writes it, `lo` and `hi` the 10 % and 90 % quantiles, empty where there is no band. Cells without a
 * forecast have no row.
 */
export function exchangeCsv(all: readonly Cells[], forecasts: ForecastsBySeries): string {
  const lines: string[] = [COLUMNS.join()];
  for (const cells of all) {
    const own = forecasts.get(cells.seriesId);
    if (!own) continue;
    const offsets = offsetsOf(cells);
    cells.cutoffs.forEach(({ text, horizon }, k) => {
      for (let h = 0; h < horizon; h++) {
        const cell = offsets[k]! + h;
        if (Number.isNaN(own.point[cell]!)) continue;
        const numbers = [own.point[cell]!, own.lower[cell]!, own.upper[cell]!].map(numberText);
        lines.push([cells.seriesId, text, h + 1, ...numbers].join());
      }
    });
  }
  return `${lines.join('\n')}\n`;
}

function numberText(value: number): string {
  return Number.isNaN(value) ? '' : String(value);
}

/**
 * Reads a file of that form. It may leave cells out, but must not name series, cutoffs or horizons
 * that the folder does not have, say a cell twice, or turn a band around.
 *
 * @throws {DomainError} `IMPORT_INVALID` naming the file and the line
 */
export function readExchange(path: string, all: readonly Cells[]): ForecastsBySeries {
  const known = new Map(all.map((cells) => [cells.seriesId, targetOf(cells)]));
  for (const { line, fields } of readCsv(path, COLUMNS)) {
    const [series = '', cutoff = '', horizon = '', yhat = '', lo = '', hi = ''] = fields;
    const target = known.get(series);
    if (!target) throw invalid(path, line, `the folder has no series ${series}`);
    const at = timeIn(path, line, cutoff);
    const cutoffCells = target.byCutoff.get(at);
    if (!cutoffCells) throw invalid(path, line, `${series} has no cutoff ${cutoff}`);
    const step = integerIn(path, line, 'horizon', horizon, [1, cutoffCells.horizon]);
    const cell = cutoffCells.offset + step - 1;
    const { point, lower, upper } = target.forecasts;
    if (!Number.isNaN(point[cell]!)) {
      throw invalid(path, line, `horizon ${step} of ${series} at ${cutoff} is there twice`);
    }
    point[cell] = numberIn(path, line, 'yhat', yhat);
    if (lo === '' && hi === '') continue;
    lower[cell] = numberIn(path, line, 'lo', lo);
    upper[cell] = numberIn(path, line, 'hi', hi);
    if (lower[cell]! > upper[cell]!) throw invalid(path, line, `lo ${lo} is above hi ${hi}`);
  }
  return new Map([...known].map(([series, { forecasts }]) => [series, forecasts]));
}

interface Target {
  readonly forecasts: CellForecasts;
  readonly byCutoff: ReadonlyMap<EpochMs, { readonly offset: number; readonly horizon: number }>;
}

function targetOf(cells: Cells): Target {
  const offsets = offsetsOf(cells);
  return {
    forecasts: noForecasts(cells),
    byCutoff: new Map(
      cells.cutoffs.map(({ at, horizon }, k) => [at, { offset: offsets[k]!, horizon }]),
    ),
  };
}
