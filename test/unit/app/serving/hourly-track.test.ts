import { beforeAll, describe, expect, it } from '@jest/globals';
import { predict } from '#app/serving/predict.ts';
import { PredictRequestSchema } from '#contracts/http/predict.ts';
import { addMs, durationMs, HOUR, MINUTE, toIso } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { dailyShape, feed } from '#test/helpers/feed.ts';
import { at, type MemoryServices, memoryServices } from '#test/helpers/memory-services.ts';
import { runPipeline } from '#test/helpers/run-pipeline.ts';

const START = at('2026-03-02T00:00:00Z');
const STEP = durationMs(15 * MINUTE);
const STEPS_AN_HOUR = 4;
const TRAINED_HOURS = 169;
/** A week and a bit of quarters of an hour, and three hours and a half that came after the training. */
const VALUES = dailyShape(173 * STEPS_AN_HOUR, { stepsPerDay: 24 * STEPS_AN_HOUR });
const OBSERVED_STEPS = 172.5 * STEPS_AN_HOUR;
const HOURLY = 'cpu_utilization.hourly';
const WEB = 'default#shop#web#*';

/** The mean of an hour after the start. */
function hourlyMean(hour: number): number {
  const own = VALUES.slice(hour * STEPS_AN_HOUR, (hour + 1) * STEPS_AN_HOUR);
  return own.reduce((sum, value) => sum + value, 0) / STEPS_AN_HOUR;
}

const hour = (count: number) => addMs(START, HOUR, count);

async function trained(hours: number): Promise<MemoryServices> {
  const services = memoryServices(hour(hours));
  const columns = { cpu: VALUES.slice(0, hours * STEPS_AN_HOUR) };
  await feed(services, columns, { start: START, step: STEP });
  await runPipeline(services, { request: { model: 'day-naive' } });
  return services;
}

let services: MemoryServices;
beforeAll(async () => {
  services = await trained(TRAINED_HOURS);
  services.clock.set(addMs(START, STEP, OBSERVED_STEPS));
  const from = TRAINED_HOURS * STEPS_AN_HOUR;
  const newer = { cpu: VALUES.slice(from, OBSERVED_STEPS) };
  await feed(services, newer, { start: hour(TRAINED_HOURS), step: STEP });
});

const ask = (body: Readonly<Record<string, unknown>>, asked = services) =>
  predict(asked, PredictRequestSchema.parse({ metric: 'cpu', model: 'day-naive', ...body }));

describe('a metric on a grid finer than an hour', () => {
  it('has models for days and weeks beside those of its own grid', async () => {
    const { details } = await services.runs.detail('run-1');
    expect(details[0]?.outcome).toBe('trained');
    const version = (await services.registry.versions({ workload: WEB, metric: HOURLY }))[0];
    expect(version).toMatchObject({ metric: HOURLY, training: { steps: TRAINED_HOURS } });
  });

  it('has none while there is less than a week of hours', async () => {
    const young = await trained(167);
    const subjects = await young.registry.subjects();
    expect(subjects.map(({ metric }) => metric)).toEqual(['cpu_utilization']);
  });
});

describe('a forecast by the hour', () => {
  it('starts after the last hour that has ended, from the means of hours', async () => {
    const answer = await ask({ step_seconds: 3_600, periods: 3 });
    expect(answer).toMatchObject({
      metric: 'cpu_utilization',
      step_seconds: 3_600,
      // Of the hour from 172 on half is there.
      data_as_of: toIso(hour(171)),
      reasons: [],
    });
    expect(answer.predictions.map(({ timestamp }) => timestamp)).toEqual(
      [172, 173, 174].map((count) => toIso(hour(count))),
    );
    // A day before, the newest hours among them.
    answer.predictions.forEach(({ value }, i) => {
      expect(value).toBeCloseTo(hourlyMean(148 + i), 6);
    });
  });

  it('is of the grid where nothing else is asked for', async () => {
    const { predictions, step_seconds } = await ask({ step_seconds: 900 });
    expect(step_seconds).toBe(900);
    expect(predictions).toEqual((await ask({})).predictions);
  });

  it.each([60, 300, 3_599])('has no steps of %i seconds', async (step_seconds) => {
    expect(await rejectionOf(ask({ step_seconds }))).toBe('REQUEST_INVALID');
  });
});

describe('horizons by name', () => {
  it('are answered by the grid up to 288 steps, beyond by the hours', async () => {
    const { horizons = [], predictions } = await ask({
      periods: 1,
      // 288 steps are 4320 minutes, three days.
      horizons_minutes: [60, 4_320, 5_760],
    });
    expect(horizons.map(({ minutes }) => minutes)).toEqual([60, 4_320, 5_760]);
    expect(predictions).toHaveLength(1);
    const [anHour, threeDays, fourDays] = horizons.map(({ timestamp }) => timestamp);
    const newest = addMs(START, STEP, OBSERVED_STEPS - 1);
    expect(anHour).toBe(toIso(addMs(newest, HOUR)));
    expect(threeDays).toBe(toIso(addMs(newest, HOUR, 72)));
    // The newest value is of 172:15. Four days later is 268:15, and the first hour after it 269.
    expect(fourDays).toBe(toIso(hour(269)));
    // The hours end with 171, so the day from 148 on is repeated: 269 - 5 × 24 = 149.
    expect(horizons[2]?.value).toBeCloseTo(hourlyMean(149), 6);
  });

  it('are answered by the grid alone while there are no hours', async () => {
    const young = await trained(60);
    const { horizons } = await ask({ horizons_minutes: [5_760] }, young);
    const newest = addMs(hour(60), STEP, -1);
    expect(horizons?.[0]?.timestamp).toBe(toIso(addMs(newest, MINUTE, 5_760)));
  });
});
