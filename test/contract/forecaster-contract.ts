import { describe, expect, it } from '@jest/globals';
import type {
  FitOptions,
  FittedForecaster,
  Forecaster,
  History,
  PredictRequest,
} from '#core/forecast/forecaster.ts';
import { restore } from '#core/forecast/registry.ts';
import { MAX_HORIZON } from '#core/forecast/request.ts';
import { seededRandom } from '#core/math/random.ts';
import { makeSeries, type Series, sliceSeries } from '#core/series/series.ts';
import { addMs, type DurationMs, epochMs, HOUR } from '#core/time.ts';
import { codeOf, rejectionOf } from '#test/helpers/error-code.ts';
import { daysWithNoise, mapped, viewOf } from '#test/helpers/histories.ts';
import { expectClose, expectIdentical } from '#test/helpers/same-numbers.ts';

/** Promises a model may be excused from, each with a reason. Every other holds for all. */
export const EXCUSABLE = [
  'level shift',
  'scale',
  'update in parts',
  'a shorter horizon begins a longer one',
] as const;
export type ExcusablePromise = (typeof EXCUSABLE)[number];

export interface ForecasterContract {
  readonly name: string;
  create(): Forecaster;
  /** Grid of the histories; an hour unless the model is made for another. */
  readonly step?: DurationMs;
  /** Largest relative difference allowed where only rounding may differ. */
  readonly tolerance?: number;
  /** Brings a state back; the registry unless the model is not in it. */
  restore?(state: unknown): FittedForecaster;
  readonly excuses?: Partial<Record<ExcusablePromise, string>>;
}

/** Shifting and scaling reorder additions: they agree to rounding, amplified by searches. */
const DEFAULT_TOLERANCE = 1e-6;
const AHEAD = 30;
const SEED = 20240131;

/** Holds one forecaster to what forecaster.ts promises of all. */
export function describeForecaster(contract: ForecasterContract): void {
  const { create, tolerance = DEFAULT_TOLERANCE, step = HOUR, excuses = {} } = contract;
  const bringBack = contract.restore ?? restore;
  const { capabilities, kind } = create();
  const length = Math.max(capabilities.minHistory, 48) + 20;
  const whole = daysWithNoise(length + AHEAD, step);
  const past = historyOf(sliceSeries(whole, 0, length));
  const next = historyOf(sliceSeries(whole, length, whole.values.length));

  const learn = (history: History = past, options: FitOptions = seeded()) =>
    create().fit(history, options);
  const points = (fitted: FittedForecaster, horizon = AHEAD) => fitted.predict({ horizon }).point;
  const excusable = (promise: ExcusablePromise, body: () => Promise<void>) => {
    const reason = excuses[promise];
    if (reason === undefined) it(`keeps: ${promise}`, body);
    else it.skip(`keeps: ${promise} (excused: ${reason})`, body);
  };

  describe(`forecaster contract: ${contract.name}`, () => {
    it('excuses itself only from known promises, with a reason', () => {
      for (const [promise, reason] of Object.entries(excuses)) {
        expect(EXCUSABLE).toContain(promise);
        expect(reason.length).toBeGreaterThan(20);
      }
    });

    it.each([1, 2, AHEAD, 500])(
      'forecasts %d steps, finite, from the cutoff on',
      async (horizon) => {
        const forecast = (await learn()).predict({ horizon });
        expect(forecast.point).toBeInstanceOf(Float64Array);
        expect(forecast.point).toHaveLength(horizon);
        expect([...forecast.point].every(Number.isFinite)).toBe(true);
        expect(forecast.cutoff).toBe(addMs(whole.start, step, length - 1));
        expect(forecast.step).toBe(step);
        expect(forecast.seriesId).toBe(whole.id);
        expect(forecast.quantiles).toEqual([]);
      },
    );

    excusable('a shorter horizon begins a longer one', async () => {
      const fitted = await learn();
      expect(points(fitted, 7)).toEqual(points(fitted, AHEAD).slice(0, 7));
    });

    it('leaves its input untouched and does not retain it', async () => {
      const target = { ...past.target, values: past.target.values.slice() };
      const fitted = await learn({ target });
      expect(target.values).toEqual(past.target.values);
      const before = points(fitted);
      target.values.fill(1e6);
      expect(points(fitted)).toEqual(before);
    });

    it('predicts the same again, whatever became of the first answer', async () => {
      const fitted = await learn();
      const first = points(fitted);
      const copy = first.slice();
      first.fill(0);
      expect(points(fitted)).toEqual(copy);
    });

    it('survives JSON, before and after an update, to the last bit', async () => {
      const values = past.target.values.slice();
      values.fill(-0, length - 3);
      const fitted = await learn(historyOf({ ...past.target, values }));
      for (const model of [fitted, fitted.update(next)]) {
        const state = model.toState();
        expect(state.kind).toBe(kind);
        const restored = bringBack(JSON.parse(JSON.stringify(state)));
        expect(restored.cutoff).toBe(model.cutoff);
        expectIdentical(points(restored), points(model));
        expectIdentical(points(restored.update(next)), points(model.update(next)));
        expect(restored.toState()).toEqual(state);
      }
    });

    it('hands out a state that is a copy', async () => {
      const fitted = await learn();
      const before = points(fitted);
      ruin(fitted.toState());
      expect(points(fitted)).toEqual(before);
    });

    it('refuses states of another version or with unknown fields', async () => {
      const state = (await learn()).toState();
      for (const other of [{ ...state, version: 999 }, { ...state, surplus: 1 }, { kind }, null]) {
        expect(codeOf(() => bringBack(other))).toBe('STATE_INCOMPATIBLE');
      }
    });

    excusable('level shift', async () => {
      const shifted = points(await learn(mapped(past, (value) => value + 1000)));
      expectClose(
        shifted,
        points(await learn()).map((value) => value + 1000),
        tolerance,
      );
    });

    excusable('scale', async () => {
      const scaled = points(await learn(mapped(past, (value) => value * 1024)));
      expectClose(
        scaled,
        points(await learn()).map((value) => value * 1024),
        tolerance,
      );
    });

    it('accepts minHistory steps and refuses one less', async () => {
      const { minHistory } = capabilities;
      const enough = historyOf(sliceSeries(whole, 0, minHistory));
      expect(points(await learn(enough))).toHaveLength(AHEAD);
      const short = historyOf(sliceSeries(whole, 0, minHistory - 1));
      expect(await rejectionOf(learn(short))).toBe('HISTORY_TOO_SHORT');
    });

    it('refuses a history without any value', async () => {
      expect(await rejectionOf(learn(mapped(past, () => Number.NaN)))).toBe('HISTORY_TOO_SHORT');
    });

    it.each([0, -1, 1.5, Number.NaN, Infinity, MAX_HORIZON + 1])(
      'refuses a horizon of %p',
      async (horizon) => {
        const fitted = await learn();
        expect(codeOf(() => fitted.predict({ horizon }))).toBe('HORIZON_OUT_OF_RANGE');
      },
    );

    it.each([[[95]], [[0]], [[1]], [[-0.1]], [[0.9, 0.1]], [[0.5, 0.5]], [[Number.NaN]]])(
      'refuses the quantiles %p',
      async (quantiles) => {
        const fitted = await learn();
        expect(codeOf(() => fitted.predict({ horizon: 1, quantiles }))).toBe(
          'QUANTILE_OUT_OF_RANGE',
        );
      },
    );

    it('gives quantiles that do not cross, or refuses them, as declared', async () => {
      const fitted = await learn();
      const request: PredictRequest = { horizon: AHEAD, quantiles: [0.1, 0.5, 0.9] };
      if (!capabilities.quantiles) {
        expect(codeOf(() => fitted.predict(request))).toBe('QUANTILES_UNSUPPORTED');
        return;
      }
      const [low, middle, high] = fitted.predict(request).quantiles;
      for (let h = 0; h < AHEAD; h++) {
        expect(low!.values[h]!).toBeLessThanOrEqual(middle!.values[h]!);
        expect(middle!.values[h]!).toBeLessThanOrEqual(high!.values[h]!);
      }
    });

    if (capabilities.missingValues) {
      it.each(Object.entries(HOLES))('forecasts over missing values: %s', async (_, isMissing) => {
        const holed = mapped(past, (value, i) => (isMissing(i, length) ? Number.NaN : value));
        const fitted = await learn(holed);
        const gone = mapped(next, () => Number.NaN);
        for (const model of [fitted, fitted.update(gone), fitted.update(gone).update(next)]) {
          expect([...points(model)].every(Number.isFinite)).toBe(true);
        }
      });
    }

    it('makes the same model of the same data and seed', async () => {
      const [first, second] = [await learn(), await learn()];
      expect(second.toState()).toEqual(first.toState());
      expectIdentical(points(second), points(first));
    });

    it('moves its cutoff by an update and leaves the old model as it was', async () => {
      const fitted = await learn();
      const before = points(fitted);
      const updated = fitted.update(next);
      expect(updated.cutoff).toBe(addMs(fitted.cutoff, step, AHEAD));
      expect(updated.predict({ horizon: 1 }).cutoff).toBe(updated.cutoff);
      expect(points(fitted)).toEqual(before);
    });

    excusable('update in parts', async () => {
      const fitted = await learn();
      const holed = mapped(next, (value, i) => (i > 20 || i % 11 === 0 ? Number.NaN : value));
      for (const { target } of [next, capabilities.missingValues ? holed : next]) {
        const parts = [0, 11, 12, 25, AHEAD].flatMap((to, i, cuts) =>
          i === 0 ? [] : [historyOf(sliceSeries(target, cuts[i - 1]!, to))],
        );
        const updated = parts.reduce((model: FittedForecaster, part) => model.update(part), fitted);
        expectIdentical(points(updated), points(fitted.update({ target })));
      }
    });

    it('does not read values at or before its cutoff again', async () => {
      const fitted = await learn();
      const rewritten = mapped(historyOf(whole), (value, i) => (i < length ? -1e6 : value));
      expectIdentical(points(fitted.update(rewritten)), points(fitted.update(next)));
    });

    it('stays the same under a series that ends at or before its cutoff', async () => {
      const fitted = await learn();
      for (const old of [past, historyOf(sliceSeries(whole, 3, 9)), historyOf(empty(whole))]) {
        const same = fitted.update(old);
        expect(same.cutoff).toBe(fitted.cutoff);
        expectIdentical(points(same), points(fitted));
      }
    });

    it('takes a hole before the next values as missing', async () => {
      const fitted = await learn();
      const late = historyOf(sliceSeries(whole, length + 9, whole.values.length));
      const holed = mapped(next, (value, i) => (i < 9 ? Number.NaN : value));
      const updated = fitted.update(late);
      expect(updated.cutoff).toBe(addMs(fitted.cutoff, step, AHEAD));
      expectIdentical(points(updated), points(fitted.update(holed)));
    });

    it('refuses values of another grid', async () => {
      const fitted = await learn();
      const shifted = { ...next.target, start: epochMs(next.target.start + 1) };
      const coarser = makeSeries({ ...next.target, step: addStep(step) });
      for (const target of [shifted, coarser]) {
        expect(codeOf(() => fitted.update({ target }))).toBe('SERIES_MISALIGNED');
      }
    });

    it('sees no future: what follows the cutoff does not reach fit, update or predict', async () => {
      const other = mapped(historyOf(whole), (value, i) =>
        i < length + 5 ? value : -value * 7 - 1,
      );
      const known = (history: History) =>
        Promise.all([
          learn(historyOf(viewOf(history.target, 0, length))),
          learn(historyOf(viewOf(history.target, 0, length))).then((fitted) =>
            fitted.update(historyOf(viewOf(history.target, length, length + 5))),
          ),
        ]);
      const [a, b] = [await known(historyOf(whole)), await known(other)];
      expectIdentical(points(a[0]), points(b[0]));
      expectIdentical(points(a[1]), points(b[1]));
    });
  });
}

const HOLES: Readonly<Record<string, (i: number, length: number) => boolean>> = {
  'every third': (i) => i % 3 === 0,
  'the beginning': (i) => i < 15,
  'the end': (i, length) => i >= length - 15,
  'all but four': (i, length) => i < length - 14 || i >= length - 10,
};

function empty(series: Series): Series {
  return sliceSeries(series, 0, 0);
}

function addStep(step: DurationMs): DurationMs {
  return (step * 2) as DurationMs;
}

function historyOf(target: Series): History {
  return { target };
}

function seeded(): FitOptions {
  return { random: seededRandom(SEED, 'fit') };
}

/** Overwrites every number inside plain JSON. */
function ruin(json: unknown): void {
  if (typeof json !== 'object' || json === null) return;
  for (const [key, value] of Object.entries(json)) {
    if (typeof value === 'number') Object.assign(json, { [key]: -1 });
    else ruin(value);
  }
}
