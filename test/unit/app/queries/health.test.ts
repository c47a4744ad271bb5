import { describe, expect, it } from '@jest/globals';
import { health, ready } from '#app/queries/health.ts';
import { HealthSchema, ReadySchema } from '#contracts/http/catalog.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, HOUR, MINUTE } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { feed } from '#test/helpers/feed.ts';
import { afterFirstTraining, START } from '#test/helpers/first-training.ts';
import { memoryServices } from '#test/helpers/memory-services.ts';

const ABOUT = { startedAt: START, codeVersion: '1.2.3' };

describe('health', () => {
  it('of a service without data', async () => {
    const services = memoryServices(addMs(START, MINUTE));
    expect(HealthSchema.parse(await health({ ...services, ...ABOUT }))).toEqual({
      status: 'healthy',
      version: '1.2.3',
      timestamp: '2026-03-02T00:01:00.000Z',
      uptime_seconds: 60,
      models_loaded: 0,
      workloads: 0,
      sources: [],
      data_age_seconds: null,
      heartbeat: null,
    });
  });

  it('counts champions and workloads, and tells how old the newest observation is', async () => {
    const services = await afterFirstTraining(72);
    await feed(services, { cpu: [0.1] }, { start: START, deployment: 'api' });
    expect(HealthSchema.parse(await health({ ...services, ...ABOUT }))).toMatchObject({
      uptime_seconds: 72 * 3_600,
      models_loaded: 1,
      workloads: 2,
      sources: ['agent'],
      data_age_seconds: 3_600,
    });
  });

  it('is never of data from the future', async () => {
    const services = await afterFirstTraining(72);
    services.clock.set(addMs(START, HOUR));
    expect((await health({ ...services, ...ABOUT })).data_age_seconds).toBe(0);
  });

  it('fails when the catalog does', async () => {
    const services = memoryServices(START);
    const gone = new DomainError('STORE_UNAVAILABLE', 'no answer');
    const directory = { ...services.directory, list: () => Promise.reject(gone) };
    const asked = health({ ...services, ...ABOUT, directory });
    expect(await rejectionOf(asked)).toBe('STORE_UNAVAILABLE');
  });
});

describe('ready', () => {
  it('is a service whose stores answer', async () => {
    const answer = ReadySchema.parse(await ready({ ...memoryServices(START), ...ABOUT }));
    expect(answer).toEqual({
      ready: true,
      checks: [
        { name: 'catalog', ok: true, message: 'answers' },
        { name: 'objects', ok: true, message: 'answers' },
      ],
    });
  });

  it.each([
    ['of ours', new DomainError('STORE_UNAVAILABLE', 'the table is away'), 'the table is away'],
    ['of someone else', new Error('connect ECONNREFUSED 10.0.0.7:8000'), 'does not answer'],
    ['of no kind', 'a string', 'does not answer'],
  ])('is none whose store fails with an error %s', async (_, error, message) => {
    const services = memoryServices(START);
    const catalog = { ...services.catalog, get: () => Promise.reject(error) };
    const answer = ReadySchema.parse(await ready({ ...services, ...ABOUT, catalog }));
    expect(answer).toEqual({
      ready: false,
      checks: [
        { name: 'catalog', ok: false, message },
        { name: 'objects', ok: true, message: 'answers' },
      ],
    });
  });
});
