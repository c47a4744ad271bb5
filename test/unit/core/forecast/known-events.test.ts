import { describe, expect, it } from '@jest/globals';
import type { FittedForecaster } from '#core/forecast/forecaster.ts';
import { type KnownEvent, withEvents, withoutEvents } from '#core/forecast/known-events.ts';
import { naive } from '#core/forecast/naive.ts';
import { epochMs, HOUR } from '#core/time.ts';
import { historyOf, seriesOf } from '#test/helpers/series-of.ts';

/** An event from one hour of the epoch to before another. */
function event(fromHour: number, toHour: number, factor: number): KnownEvent {
  return { name: 'sale', start: epochMs(fromHour * HOUR), end: epochMs(toHour * HOUR), factor };
}

async function fittedOn(values: readonly number[]) {
  return naive().fit(historyOf(values));
}

describe('withEvents', () => {
  it('multiplies the steps from the start to before the end', async () => {
    // The cutoff is hour 1, so the steps are hours 2 3 4 5.
    const fitted = withEvents(await fittedOn([10, 10]), [event(3, 5, 3)]);
    expect([...fitted.predict({ horizon: 4 }).point]).toEqual([10, 30, 30, 10]);
  });

  it('multiplies events that overlap', async () => {
    const fitted = withEvents(await fittedOn([10, 10]), [event(2, 4, 3), event(3, 9, 0.5)]);
    expect([...fitted.predict({ horizon: 4 }).point]).toEqual([30, 15, 5, 5]);
  });

  it('counts by times between grid points too', async () => {
    // From 02:30 to 04:15: hours 3 and 4 lie inside.
    const fitted = withEvents(await fittedOn([10, 10]), [event(2.5, 4.25, 2)]);
    expect([...fitted.predict({ horizon: 4 }).point]).toEqual([10, 20, 20, 10]);
  });

  it('multiplies quantiles alike and leaves the inner forecast alone', async () => {
    const inner = await fittedOn([10, 10]);
    const values = Float64Array.of(8, 8);
    const quantiles = [{ q: 0.1, values }];
    const calibrated: FittedForecaster = {
      ...inner,
      predict: (request) => ({ ...inner.predict({ horizon: request.horizon }), quantiles }),
    };
    const forecast = withEvents(calibrated, [event(3, 4, 2)]).predict({ horizon: 2 });
    expect(forecast.quantiles.map(({ q }) => q)).toEqual([0.1]);
    expect([...forecast.quantiles[0]!.values]).toEqual([8, 16]);
    expect([...values]).toEqual([8, 8]);
  });

  it('does not multiply twice when it is updated during an event', async () => {
    // Hours 2 and 3 were observed at three times the usual 10, the event goes on through hour 4.
    const fitted = withEvents(await fittedOn([10, 10]), [event(2, 5, 3)]);
    const updated = fitted.update(historyOf([30, 30], { from: 2 }));
    expect(updated.cutoff).toBe(3 * HOUR);
    expect([...updated.predict({ horizon: 2 }).point]).toEqual([30, 10]);
  });

  it('has the state of the model inside', async () => {
    const inner = await fittedOn([10, 10]);
    const fitted = withEvents(inner, [event(2, 5, 3)]);
    expect(fitted.kind).toBe('naive');
    expect(fitted.toState()).toEqual(inner.toState());
  });

  it.each([
    ['ends before it starts', event(5, 2, 3)],
    ['takes no time', event(2, 2, 3)],
    ['has a factor of zero', event(2, 5, 0)],
    ['has a negative factor', event(2, 5, -1)],
    ['has no factor', event(2, 5, Number.NaN)],
    ['has a factor without end', event(2, 5, Infinity)],
  ])('refuses an event that %s', async (_, wrong) => {
    const inner = await fittedOn([10, 10]);
    expect(() => withEvents(inner, [wrong])).toThrow(RangeError);
    expect(() => withoutEvents(seriesOf([1]), [wrong])).toThrow(RangeError);
  });
});

describe('withoutEvents', () => {
  it('divides what lies inside, keeps gaps and the rest, and changes nothing', () => {
    const series = seriesOf([10, 30, Number.NaN, 60, 10]);
    const usual = withoutEvents(series, [event(1, 4, 3), event(3, 4, 2)]);
    expect([...usual.values]).toEqual([10, 10, Number.NaN, 10, 10]);
    expect([...series.values]).toEqual([10, 30, Number.NaN, 60, 10]);
    expect(usual).toMatchObject({ id: series.id, start: series.start, step: series.step });
  });

  it('passes over events that lie elsewhere', () => {
    const series = seriesOf([1, 2, 3], { from: 10 });
    expect(withoutEvents(series, [event(0, 10, 5), event(13, 20, 5)])).toEqual(series);
  });
});
