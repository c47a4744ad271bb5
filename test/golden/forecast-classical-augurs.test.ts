import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { AutoETS, initSync as initEts } from '@bsull/augurs/ets';
import { initSync as initMstl, MSTL } from '@bsull/augurs/mstl';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { fitSmoothing, smoothedPath } from '#core/forecast/exponential-smoothing.ts';
import { decompose } from '#core/forecast/mstl-decomposition.ts';

const Case = z.object({ name: z.string(), values: z.array(z.number()) });
const series = z
  .object({
    ets: z.array(Case),
    mstl: z.array(Case.extend({ seasonLengths: z.array(z.int()) })),
  })
  .parse(
    JSON.parse(readFileSync(new URL('./data/forecast-classical.json', import.meta.url), 'utf8')),
  );

const HORIZON = 48;

/** Two searches of one valley, each ended by its own rule; relative to the spread of the series. */
const SEARCH_TOLERANCE = 1e-3;

/** augurs decomposes in single precision, seven digits; relative to the spread of the series. */
const SEASON_TOLERANCE = 1e-5;

/** A second witness beside R, in Rust: Grafana's augurs. */
describe('classical models against augurs 0.10.2', () => {
  beforeAll(() => {
    initEts({ module: wasm('ets') });
    initMstl({ module: wasm('mstl') });
  });

  // augurs does not damp a trend, so only series without one can be compared.
  it.each(series.ets.filter(({ name }) => name !== 'a trend that ends'))(
    'AZN: the same choice and forecast of $name',
    ({ values }) => {
      const reference = new AutoETS(1, 'AZN');
      reference.fit(values);
      const { smoothing } = fitSmoothing(Float64Array.from(values));
      const path = smoothedPath(smoothing, HORIZON);
      const expected = reference.predict(HORIZON).point;
      const worst = Math.max(...path.map((value, h) => Math.abs(value - expected[h]!)));
      expect(worst / spreadOf(values)).toBeLessThan(SEARCH_TOLERANCE);
    },
  );

  it('MSTL: the same seasons; the rest of its forecast is a straight line', () => {
    const { values, seasonLengths } = series.mstl.find(({ name }) => name.startsWith('hourly'))!;
    const reference = MSTL.ets(seasonLengths);
    reference.fit(values);
    const forecast = reference.predict(HORIZON).point;
    const { seasons } = decompose(Float64Array.from(values), seasonLengths);
    const line = forecast.map((value, h) =>
      seasons.reduce(
        (rest, { seasonLength, seasonal }) =>
          rest - seasonal[values.length - seasonLength + (h % seasonLength)]!,
        value,
      ),
    );
    for (let h = 2; h < HORIZON; h++) {
      const bend = line[h]! - 2 * line[h - 1]! + line[h - 2]!;
      expect(Math.abs(bend) / spreadOf(values)).toBeLessThan(SEASON_TOLERANCE);
    }
  });
});

function wasm(name: string): Buffer {
  const module = createRequire(import.meta.url).resolve(`@bsull/augurs/${name}`);
  return readFileSync(module.replace(/\.js$/, '_bg.wasm'));
}

function spreadOf(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}
