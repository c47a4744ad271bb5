import { describe, expect, it } from '@jest/globals';
import { learnFromLive } from '#app/scheduled/learn-from-live.ts';
import { predict } from '#app/serving/predict.ts';
import { PredictRequestSchema, type PredictResponse } from '#contracts/http/predict.ts';
import { addMs, HOUR, toIso } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import { afterFirstTraining, CPU, SHAPE, START, WEB } from '#test/helpers/first-training.ts';
import type { MemoryServices } from '#test/helpers/memory-services.ts';

const TRAINED = 60;

/** Issues a forecast at hour 60 whose first values are all wrong by this much. */
async function issueWrong(services: MemoryServices, by: number): Promise<void> {
  const champion = (await services.registry.pointer(CPU))?.champion ?? '';
  const version = await services.registry.version(CPU, champion);
  await services.issued.add(CPU, {
    issued_at: toIso(addMs(START, HOUR, TRAINED)),
    data_as_of: toIso(addMs(START, HOUR, TRAINED - 1)),
    model: version?.model ?? '',
    version: champion,
    step_seconds: 3_600,
    level: null,
    values: Array.from({ length: 30 }, (_, i) => (SHAPE[TRAINED + i] ?? 0) - by),
    lower_bounds: null,
    upper_bounds: null,
  });
}

/** Twelve hours after the training, with what was observed since. */
async function later(services: MemoryServices) {
  services.clock.set(addMs(START, HOUR, 72));
  const workload = await services.directory.get(parseWorkloadKey(WEB));
  if (!workload) throw new Error('the workload is unknown');
  return learnFromLive(services, workload, services.clock.now());
}

const widthOf = ({ predictions }: PredictResponse) =>
  (predictions[0]?.upper_bound ?? 0) - (predictions[0]?.lower_bound ?? 0);
const ask = (services: MemoryServices) =>
  predict(services, PredictRequestSchema.parse({ ...parseWorkloadKey(WEB), metric: 'cpu' }));

describe('learning from live errors', () => {
  it('widens the band of a champion whose forecasts missed', async () => {
    const services = await afterFirstTraining();
    await issueWrong(services, 0.3);
    services.clock.set(addMs(START, HOUR, 72));
    const before = widthOf(await ask(services));
    expect((await later(services)).moved).toEqual(['cpu_utilization']);
    expect(widthOf(await ask(services))).toBeGreaterThan(before);
  });

  it('says how a champion does beside its backtest, where there are enough forecasts', async () => {
    const services = await afterFirstTraining();
    await issueWrong(services, 0.3);
    const { live } = await later(services);
    const champion = (await services.registry.pointer(CPU))?.champion ?? '';
    expect(live).toMatchObject([
      { metric: 'cpu_utilization', version: champion, skill: null, driftRatio: Number.NaN },
    ]);
    // Forecast one step ahead 0.3 too low, and no other was issued.
    expect(live[0]?.errors).toHaveLength(1);
    expect(live[0]?.errors[0]?.error).toBeCloseTo(0.3, 6);
  });

  it('moves nothing a second time', async () => {
    const services = await afterFirstTraining();
    await issueWrong(services, 0.3);
    await later(services);
    const champion = (await services.registry.pointer(CPU))?.champion ?? '';
    const model = (await services.registry.version(CPU, champion))?.model ?? '';
    const once = await services.live.get(CPU, champion, model);
    await later(services);
    expect(await services.live.get(CPU, champion, model)).toEqual(once);
  });

  it('knows nothing without a forecast that has met its actuals', async () => {
    const services = await afterFirstTraining();
    expect((await later(services)).moved).toEqual([]);
    await issueWrong(await afterFirstTraining(TRAINED), 0.3);
    expect((await later(services)).moved).toEqual([]);
  });

  it('is of one version: the next one begins with its own calibration', async () => {
    const services = await afterFirstTraining();
    await issueWrong(services, 0.3);
    await later(services);
    expect(await services.live.get(CPU, 'another', 'auto')).toBeUndefined();
  });

  it('passes over what was not observed', async () => {
    const services = await afterFirstTraining();
    await issueWrong(services, 0.3);
    services.clock.set(addMs(START, HOUR, TRAINED));
    const workload = await services.directory.get(parseWorkloadKey(WEB));
    expect(workload).toBeDefined();
    if (workload) {
      const { moved } = await learnFromLive(services, workload, services.clock.now());
      expect(moved).toEqual([]);
    }
  });
});
