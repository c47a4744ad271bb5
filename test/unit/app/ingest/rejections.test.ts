import { describe, expect, it } from '@jest/globals';
import { addMs, durationMs, toIso } from '#core/time.ts';
import { memoryServices } from '#test/helpers/memory-services.ts';
import { LABELS, NOW, sample, send, stored } from './sample.ts';

describe('a sample is refused', () => {
  it.each([
    ['without a name of the right form', { name: 'CPU usage' }, 'METRIC_NAME_INVALID'],
    ['without a number', { value: null }, 'VALUE_INVALID'],
    ['as a histogram', { type: 'histogram' }, 'TYPE_UNSUPPORTED'],
    ['as a summary', { type: 'summary' }, 'TYPE_UNSUPPORTED'],
    ['about a total', { labels: { ...LABELS, type: 'total' } }, 'NOT_USAGE'],
    ['without a deployment', { labels: { namespace: 'shop' } }, 'WORKLOAD_MISSING'],
    ['of a workload with a # in its name', { labels: { deployment: 'a#b' } }, 'WORKLOAD_INVALID'],
    [
      'of a namespace that is a path',
      { labels: { ...LABELS, namespace: '..' } },
      'WORKLOAD_INVALID',
    ],
    ['of a source with an @', { source: 'agent@host' }, 'SOURCE_INVALID'],
    ['of an instance that is a path', { labels: { ...LABELS, pod: 'a/b' } }, 'SOURCE_INVALID'],
    ['with an unreadable time', { timestamp: 'yesterday' }, 'TIMESTAMP_UNREADABLE'],
    ['at a time that never was', { timestamp: '2026-02-30T00:00:00Z' }, 'TIMESTAMP_NO_SUCH_TIME'],
    ['without a zone', { timestamp: '2026-03-02 09:59' }, 'TIMESTAMP_ZONE_MISSING'],
    ['of next week', { timestamp: '2026-03-09T10:00:00Z' }, 'IN_FUTURE'],
    ['of last year', { timestamp: '2025-03-02T10:00:00Z' }, 'TOO_OLD'],
    ['of before the epoch', { timestamp: '1969-12-31T23:59:59Z' }, 'TOO_OLD'],
  ])('%s', async (_, changes, code) => {
    const services = memoryServices(NOW);
    const answer = await send(services, { metrics: [sample(), sample(changes)] });
    expect(answer.rejections.map(({ index, code: given }) => [index, given])).toEqual([[1, code]]);
    expect({ ...answer, rejections: [] }).toMatchObject({ received: 2, accepted: 1, rejected: 1 });
    expect(await stored(services)).toHaveLength(1);
  });

  it.each([
    ['35 days old to the millisecond', -35 * 86_400_000, undefined],
    ['a millisecond older', -35 * 86_400_000 - 1, 'TOO_OLD'],
    ['5 minutes ahead to the millisecond', 300_000, undefined],
    ['a millisecond further', 300_001, 'IN_FUTURE'],
  ])('or not at the bound: %s', async (_, offset, code) => {
    const timestamp = toIso(addMs(NOW, durationMs(offset)));
    const answer = await send(memoryServices(NOW), { metrics: [sample({ timestamp })] });
    expect(answer.rejections.map((rejection) => rejection.code)).toEqual(code ? [code] : []);
  });

  it('never as too old in a backfill, but before the epoch', async () => {
    const { accepted, rejections } = await send(memoryServices(NOW), {
      backfill: true,
      metrics: [
        sample({ timestamp: '1970-01-01T00:00:00Z' }),
        sample({ timestamp: '1969-12-31T23:59:59Z' }),
      ],
    });
    expect(accepted).toBe(1);
    expect(rejections.map(({ index, code }) => [index, code])).toEqual([[1, 'TOO_OLD']]);
  });

  it('and named for the first hundred of a batch, but counted for all', async () => {
    const metrics = Array.from({ length: 130 }, () => sample({ value: null }));
    const answer = await send(memoryServices(NOW), { metrics });
    expect(answer.rejected).toBe(130);
    expect(answer.rejections).toHaveLength(100);
  });
});
