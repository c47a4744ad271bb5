import { describe, expect, it } from '@jest/globals';
import { publishRecommendation } from '#app/recommend/publish.ts';
import { tryPublish } from '#app/recommend/try-publish.ts';
import { isValidAt } from '#app/recommendation-log.ts';
import { DomainError } from '#core/errors.ts';
import { type EpochMs, epochMs, MINUTE } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { recommendStory } from '#test/helpers/recommend-story.ts';
import { recommendationOf } from '#test/helpers/recommendations.ts';

const WEB = workloadId({ deployment: 'web', namespace: 'shop' });
const KEY = 'default#shop#web#*';

async function published(end: EpochMs, used: number, replicas = 4) {
  const metrics = () => ({ cpu_utilization: used, replicas });
  const services = await recommendStory(end, { metrics });
  const workload = await services.directory.get(WEB);
  if (!workload) throw new Error('the workload is not known');
  return { services, workload };
}

describe('a published recommendation', () => {
  // Clocks of Berlin go forward at 01:00Z on 29 March 2026, and back at 01:00Z on 25 October.
  it.each(['2026-03-29T00:55:00Z', '2026-10-25T00:55:00Z', '2026-06-01T12:00:00Z'])(
    'made at %s is gone a quarter of an hour later, whatever clocks on walls do',
    async (iso) => {
      const { services, workload } = await published(at(iso), 0.95);
      await publishRecommendation(services, workload);
      const latest = await services.recommendations.latest(KEY);
      expect(latest).toMatchObject({ action: 'scale_out', target_replicas: 6 });
      const expected = at(iso) + 15 * MINUTE;
      const wasValid = (time: number) => latest && isValidAt(latest, epochMs(time));
      expect(wasValid(expected - 1)).toBe(true);
      expect(wasValid(expected)).toBe(false);
      expect(Date.parse(latest?.valid_until ?? '')).toBe(expected);
    },
  );

  it('expires with the measurement it rests on', async () => {
    const { services, workload } = await published(at('2026-06-01T12:00:00Z'), 0.95);
    services.clock.set(at('2026-06-01T12:10:00Z'));
    await publishRecommendation(services, workload);
    expect(await services.recommendations.latest(KEY)).toMatchObject({
      valid_until: '2026-06-01T12:15:00.000Z',
    });
  });

  it('has no target when nothing is recommended', async () => {
    const { services, workload } = await published(at('2026-06-01T12:00:00Z'), 0.5);
    await publishRecommendation(services, workload);
    expect(await services.recommendations.latest(KEY)).toMatchObject({
      action: 'no_action',
      target_replicas: null,
    });
  });

  it('is none where nobody knows how many replicas there are', async () => {
    const metrics = () => ({ cpu_utilization: 0.95 });
    const services = await recommendStory(at('2026-06-01T12:00:00Z'), { metrics });
    const workload = await services.directory.get(WEB);
    expect(workload && (await publishRecommendation(services, workload))).toBeUndefined();
    expect(await services.recommendations.latest(KEY)).toBeUndefined();
  });

  it('that fails does not fail the scoring, and is told', async () => {
    const { services, workload } = await published(at('2026-06-01T12:00:00Z'), 0.95);
    const broken = async () => {
      throw new DomainError('STORE_UNAVAILABLE', 'the store did not answer');
    };
    const recommendations = { ...services.recommendations, publish: broken };
    expect(await tryPublish({ ...services, recommendations }, workload)).toEqual({
      action: null,
      targetReplicas: null,
      failed: 'STORE_UNAVAILABLE',
    });
  });
});

describe('the recommendation log', () => {
  const span = (from: string, until: string) => ({ from: at(from), until: at(until) });

  it('keeps the newest, whatever the order, and the changes as a history', async () => {
    const { recommendations } = memoryServices(at('2026-06-01T12:00:00Z'));
    const first = recommendationOf(span('2026-06-01T12:00:00Z', '2026-06-01T12:15:00Z'));
    const same = recommendationOf(span('2026-06-01T12:05:00Z', '2026-06-01T12:20:00Z'));
    const other = recommendationOf(span('2026-06-01T12:10:00Z', '2026-06-01T12:25:00Z'), {
      action: 'no_action',
      target_replicas: null,
    });
    for (const each of [first, same, other, same]) await recommendations.publish(each);
    expect(await recommendations.latest(KEY)).toEqual(other);
    const all = [at('2026-06-01T12:00:00Z'), at('2026-06-01T13:00:00Z')] as const;
    expect(await recommendations.history(KEY, ...all)).toEqual([first, other]);
    // From the first moment on, up to but not at the last.
    expect(
      await recommendations.history(KEY, at('2026-06-01T12:00:00Z'), at('2026-06-01T12:10:00Z')),
    ).toEqual([first]);
    expect(
      await recommendations.history(KEY, at('2026-06-01T12:00:01Z'), at('2026-06-01T13:00:00Z')),
    ).toEqual([other]);
  });
});
