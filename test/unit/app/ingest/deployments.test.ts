import { describe, expect, it } from '@jest/globals';
import { IngestRequestSchema } from '#contracts/http/ingest.ts';
import { addMs, DAY, MINUTE, toIso } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { memoryServices } from '#test/helpers/memory-services.ts';
import { NOW, sample, send, stored } from './sample.ts';

const WEB = workloadId({ deployment: 'web' });
const ago = (minutes: number) => addMs(NOW, MINUTE, -minutes);
const deployed = (minutes: number, more: object = {}) => ({
  deployment: 'web',
  at: toIso(ago(minutes)),
  ...more,
});

describe('deployments in a batch', () => {
  it('are marked beside its samples, each counted as one', async () => {
    const services = memoryServices(NOW);
    const answer = await send(services, {
      metrics: [sample()],
      deployments: [deployed(5), deployed(3, { namespace: 'shop' }), deployed(9)],
    });
    expect(answer).toMatchObject({ received: 4, accepted: 4, rejected: 0 });
    expect(await services.marks.deployments(WEB)).toEqual([ago(9), ago(5)]);
    expect(await services.marks.deployments({ ...WEB, namespace: 'shop' })).toEqual([ago(3)]);
    expect(await stored(services)).toHaveLength(1);
  });

  it('need no samples, and change nothing when they are sent again', async () => {
    const services = memoryServices(NOW);
    const batch = { metrics: [], deployments: [deployed(5)] };
    await send(services, batch);
    expect(await send(services, batch)).toMatchObject({ received: 1, accepted: 1 });
    expect(await services.marks.deployments(WEB)).toEqual([ago(5)]);
    expect(await services.directory.list()).toEqual([]);
  });

  it('come with columns, too', async () => {
    const services = memoryServices(NOW);
    await send(services, {
      deployment: 'web',
      start: toIso(ago(10)),
      step_seconds: 60,
      columns: { cpu: [0.5] },
      deployments: [deployed(5)],
    });
    expect(await services.marks.deployments(WEB)).toEqual([ago(5)]);
  });

  it('from the future or too long ago are rejected by their place after the samples', async () => {
    const services = memoryServices(NOW);
    const answer = await send(services, {
      metrics: [sample(), sample({ value: 'much' })],
      deployments: [
        deployed(-5),
        deployed(-6),
        { deployment: 'web', at: toIso(addMs(NOW, DAY, -36)) },
      ],
    });
    expect(answer).toMatchObject({ received: 5, accepted: 2, rejected: 3 });
    expect(answer.rejections.map(({ index, code }) => [index, code])).toEqual([
      [1, 'VALUE_INVALID'],
      [3, 'IN_FUTURE'],
      [4, 'TOO_OLD'],
    ]);
    expect(await services.marks.deployments(WEB)).toEqual([ago(-5)]);
  });

  it.each([
    ['without a name', { at: toIso(NOW) }],
    ['without a time', { deployment: 'web' }],
    ['at a time without a zone', { deployment: 'web', at: '2026-03-02T10:00:00' }],
    ['with something more', deployed(5, { version: '1.2' })],
  ])('%s are refused with their batch', (_, deployment) => {
    const batch = { metrics: [], deployments: [deployment] };
    expect(IngestRequestSchema.safeParse(batch).success).toBe(false);
  });
});
