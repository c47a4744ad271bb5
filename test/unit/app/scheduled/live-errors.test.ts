import { describe, expect, it } from '@jest/globals';
import { liveErrors } from '#app/scheduled/live-errors.ts';
import type { IssuedForecast } from '#contracts/http/catalog.ts';
import { makeSeries } from '#core/series/series.ts';
import { addMs, DEFAULT_STEP, type DurationMs, epochMs, HOUR, toIso } from '#core/time.ts';

const START = epochMs(0);

function seriesOn(step: DurationMs, values: readonly number[]) {
  return makeSeries({ id: 's', unit: 'ratio', start: START, step, values });
}

/** A forecast of these values after a row. */
function issuedAt(row: number, step: DurationMs, values: number[]): IssuedForecast {
  return {
    issued_at: toIso(addMs(START, step, row + 1)),
    data_as_of: toIso(addMs(START, step, row)),
    model: 'auto',
    version: 'v1',
    step_seconds: step / 1_000,
    level: null,
    values,
    lower_bounds: null,
    upper_bounds: null,
  };
}

describe('live errors', () => {
  it('are what was observed less what was foreseen, up to an hour ahead', () => {
    // Five-minute rows 0, 1, 2 …; foreseen is 10 everywhere, for 24 rows.
    const series = seriesOn(
      DEFAULT_STEP,
      Array.from({ length: 30 }, (_, i) => i),
    );
    const forecast = issuedAt(4, DEFAULT_STEP, new Array(24).fill(10));
    const { errors } = liveErrors([forecast], series);
    expect(errors).toEqual(
      Array.from({ length: 12 }, (_, i) => ({
        cutoff: addMs(START, DEFAULT_STEP, 4),
        step: i + 1,
        error: 4 + (i + 1) - 10,
      })),
    );
  });

  it('are one step ahead where steps are an hour or more', () => {
    const forecast = issuedAt(0, HOUR, [5, 5, 5]);
    expect(liveErrors([forecast], seriesOn(HOUR, [1, 2, 3])).errors).toEqual([
      { cutoff: 0, step: 1, error: -3 },
    ]);
  });

  it('name the newest forecast an hour ahead whose actual is known', () => {
    const series = seriesOn(HOUR, [1, 2, 3, Number.NaN]);
    // Of row 1 the actual is 3; of row 2 it is missing; of row 3 it is yet to come.
    const rows = [1, 2, 3, 0].map((row) => issuedAt(row, HOUR, [10 + row]));
    expect(liveErrors(rows, series).newest).toEqual({ forecast: 11, actual: 3 });
    expect(liveErrors([issuedAt(2, HOUR, [12])], series).newest).toBeNull();
  });

  it('leave out what was not observed, not yet, or on another grid', () => {
    const series = seriesOn(HOUR, [1, Number.NaN, 3]);
    const another = { ...issuedAt(1, HOUR, [3]), data_as_of: toIso(epochMs(HOUR / 2)) };
    const before = { ...issuedAt(1, HOUR, [3]), data_as_of: toIso(epochMs(-HOUR)) };
    expect(liveErrors([issuedAt(0, HOUR, [2])], series).errors).toEqual([]);
    expect(liveErrors([issuedAt(2, HOUR, [2]), another, before], series).errors).toEqual([]);
    expect(liveErrors([issuedAt(1, HOUR, [2])], series).errors).toHaveLength(1);
  });
});

describe('live skill', () => {
  const rising = (rows: number) =>
    seriesOn(
      HOUR,
      Array.from({ length: rows }, (_, i) => i),
    );
  /** Forecasts that are half a unit below what comes, where the last value is one unit below. */
  const forecasts = (count: number) =>
    Array.from({ length: count }, (_, row) => issuedAt(row, HOUR, [row + 0.5]));

  it('compares with the last value known, at the same moments', () => {
    expect(liveErrors(forecasts(12), rising(13)).skill).toBe(0.5);
    expect(
      liveErrors(
        forecasts(12).map((each) => ({ ...each, values: [each.values[0]! - 1.5] })),
        rising(13),
      ).skill,
    ).toBe(-1);
  });

  it('is unknown of fewer than twelve, and where the last value was never wrong', () => {
    expect(liveErrors(forecasts(12), rising(12)).skill).toBeNull();
    const flat = seriesOn(HOUR, new Array(20).fill(1));
    expect(liveErrors(forecasts(12), flat).skill).toBeNull();
    expect(liveErrors([], flat).skill).toBeNull();
  });

  it('of a forecast that does not reach an hour is of its last step', () => {
    const series = seriesOn(
      DEFAULT_STEP,
      Array.from({ length: 20 }, (_, i) => i),
    );
    // Two steps ahead the last value is 2 off, the forecast 1.
    const short = Array.from({ length: 12 }, (_, row) =>
      issuedAt(row, DEFAULT_STEP, [row + 1, row + 1]),
    );
    expect(liveErrors(short, series).skill).toBe(0.5);
  });
});
