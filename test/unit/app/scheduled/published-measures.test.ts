import { describe, expect, it } from '@jest/globals';
import { publishedMeasures } from '#app/scheduled/published-measures.ts';
import { addMs, durationMs, MINUTE } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { recommendationOf } from '#test/helpers/recommendations.ts';

const NOW = at('2026-03-29T00:50:00Z');
const WEB = workloadId({ deployment: 'web', namespace: 'shop' });

async function shop(changes: Parameters<typeof recommendationOf>[1] = {}) {
  const services = memoryServices(NOW);
  await feed(services, { request_rate: [100] }, { start: addMs(NOW, MINUTE, -60) });
  const workload = await services.directory.get(WEB);
  if (!workload) throw new Error('the workload is unknown');
  const until = addMs(NOW, MINUTE, 15);
  await services.recommendations.publish(recommendationOf({ from: NOW, until }, changes));
  return { services, workload };
}

describe('measures for other scalers', () => {
  it('are the replicas and the demand of a valid recommendation', async () => {
    const { services, workload } = await shop();
    expect(await publishedMeasures(services, workload, NOW)).toEqual({
      RecommendedReplicas: [6],
      PredictedDemand: [400],
    });
  });

  it('are not published when they could be read after they expire', async () => {
    const { services, workload } = await shop();
    // Valid until 01:05 UTC, over the change to summer time; read for ten minutes.
    const last = addMs(NOW, durationMs(5 * MINUTE - 1));
    expect(await publishedMeasures(services, workload, last)).toMatchObject({
      RecommendedReplicas: [6],
    });
    expect(await publishedMeasures(services, workload, addMs(NOW, MINUTE, 5))).toEqual({});
  });

  it('are none of a hold, and no demand where measurements alone decided', async () => {
    const { services, workload } = await shop({ target_replicas: null, demand: null });
    expect(await publishedMeasures(services, workload, NOW)).toEqual({
      RecommendedReplicas: [],
      PredictedDemand: [],
    });
  });

  it('are none of a simulated workload', async () => {
    const { services, workload } = await shop();
    expect(await publishedMeasures(services, { ...workload, simulated: true }, NOW)).toEqual({});
  });
});
