import { describe, expect, it } from '@jest/globals';
import { predict } from '#app/serving/predict.ts';
import type { ConfiguredEvent } from '#contracts/config/events.ts';
import { PredictRequestSchema } from '#contracts/http/predict.ts';
import { addMs, HOUR, toIso } from '#core/time.ts';
import { afterFirstTraining, SHAPE, START } from '#test/helpers/first-training.ts';

const hour = (count: number) => addMs(START, HOUR, count);

/** Hours from and to after the start in which there is so many times as much cpu. */
function event(from: number, to: number, factor: number): ConfiguredEvent {
  return { name: 'sale', start: toIso(hour(from)), end: toIso(hour(to)), factor };
}

/** What day-naive says from hour 60 on, with these events configured. */
async function ask(events: readonly ConfiguredEvent[], at = 60, body: object = {}) {
  const services = { ...(await afterFirstTraining(at)), events };
  const request = { metric: 'cpu', model: 'day-naive', periods: 4, ...body };
  return predict(services, PredictRequestSchema.parse(request));
}

const valuesOf = ({ predictions }: Awaited<ReturnType<typeof ask>>) =>
  predictions.map(({ value }) => value);

describe('a forecast across a known event', () => {
  it('is multiplied where the event lies, bounds included, and says so', async () => {
    const plain = await ask([]);
    const answer = await ask([event(61, 63, 0.5)]);
    // Hours 61 and 62 of the steps 60 to 63.
    expect(valuesOf(answer)).toEqual(
      [36, 37, 38, 39].map((i, h) => (SHAPE[i] ?? 0) * ([1, 0.5, 0.5, 1][h] ?? 0)),
    );
    expect(answer.predictions[1]?.lower_bound).toBeCloseTo(
      (plain.predictions[1]?.lower_bound ?? 0) / 2,
      12,
    );
    expect(answer.predictions[3]).toEqual(plain.predictions[3]);
    expect(answer.reasons).toEqual([
      {
        code: 'KNOWN_EVENT',
        message: `sale is expected to multiply values by 0.5 from ${toIso(hour(61))} to ${toIso(hour(63))}`,
        details: { factor: 0.5, start: toIso(hour(61)), end: toIso(hour(63)) },
      },
    ]);
  });

  it('stays what the metric can be', async () => {
    const { predictions } = await ask([event(60, 64, 100)]);
    for (const { value, upper_bound } of predictions) {
      expect([value, upper_bound]).toEqual([1, 1]);
    }
  });

  it.each([
    ['is over', 40, 60],
    ['is still far', 64, 70],
  ])('is untouched by one that %s', async (_, from, to) => {
    const plain = await ask([]);
    expect(await ask([event(from, to, 0.5)])).toEqual(plain);
  });

  it('does not multiply what was observed during the event', async () => {
    // Hours 60 to 71 were a sale that doubled everything: yesterday without it was half of that.
    const answer = await ask([event(60, 72, 2)], 72, { periods: 24 });
    // From hour 84 on day-naive repeats hours 60 to 71.
    const after = valuesOf(answer).slice(12);
    after.forEach((value, i) => {
      expect(value).toBeCloseTo((SHAPE[60 + i] ?? 0) / 2, 12);
    });
  });

  it('gives back what it has taken out while the event goes on', async () => {
    const answer = await ask([event(60, 80, 2)], 72, { model: 'naive', periods: 1 });
    expect(valuesOf(answer)[0]).toBeCloseTo(SHAPE[71] ?? 0, 12);
  });

  it('is explained by members that know of it as well', async () => {
    const events = [event(60, 80, 1.2)];
    const body = { model: 'median', periods: 3, explain: true };
    const { predictions, explanation } = await ask(events, 72, body);
    const members = explanation?.members.map(({ values }) => values) ?? [];
    predictions.forEach(({ value }, h) => {
      const said = members.map((values) => values[h] ?? Number.NaN).sort((a, b) => a - b);
      const [low = Number.NaN, high = Number.NaN] = said.slice(
        Math.floor((said.length - 1) / 2),
        Math.floor(said.length / 2) + 1,
      );
      expect(value).toBeCloseTo(said.length % 2 === 0 ? (low + high) / 2 : low, 12);
    });
  });

  it('of another workload changes nothing', async () => {
    const plain = await ask([]);
    expect(await ask([{ ...event(60, 64, 0.5), deployment: 'api' }])).toEqual(plain);
    expect(await ask([{ ...event(60, 64, 0.5), metrics: ['request_rate'] }])).toEqual(plain);
  });
});
