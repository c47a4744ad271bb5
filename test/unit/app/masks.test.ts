import { describe, expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMarkLog } from '#app/marks.ts';
import { disturbancesOf } from '#app/masks.ts';
import { DetectionConfigSchema } from '#contracts/config/detection.ts';
import { addMs, HOUR, MINUTE } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { at } from '#test/helpers/memory-services.ts';

const WEB = workloadId({ namespace: 'shop', deployment: 'web' });
const NOON = at('2026-03-10T12:00:00Z');
const RANGE = { from: NOON, to: addMs(NOON, HOUR) };

async function masksWith(detection: object, deployments: readonly number[] = []) {
  const marks = createMarkLog(createMemoryCatalogStore());
  const times = deployments.map((minutes) => addMs(NOON, MINUTE, minutes));
  await marks.add(WEB, times, NOON);
  return disturbancesOf({ marks, detection: DetectionConfigSchema.parse(detection) }, WEB, RANGE);
}

/** A mask in minutes after noon. */
const minutes = ({ from, to }: { from: number; to: number }) => [
  (from - NOON) / MINUTE,
  (to - NOON) / MINUTE,
];

describe('what is known to have disturbed a workload', () => {
  it('are deployments, masked for half an hour each', async () => {
    const { deployments, masks } = await masksWith({}, [-31, -10, 50, 60]);
    expect(deployments.map((at) => (at - NOON) / MINUTE)).toEqual([-31, -10, 50]);
    expect(masks.map(minutes)).toEqual([
      [-10, 20],
      [50, 80],
    ]);
  });

  it('for as long as it is configured', async () => {
    const { masks } = await masksWith({ deployment_mask_minutes: 5 }, [-10, 10]);
    expect(masks.map(minutes)).toEqual([[10, 15]]);
  });

  it('are maintenance windows that mean the workload and reach into the time', async () => {
    const window = { name: 'w', start: '2026-03-10T11:00:00Z', end: '2026-03-10T12:30:00Z' };
    const { masks } = await masksWith({
      maintenance: [
        window,
        { ...window, deployment: 'web' },
        { ...window, deployment: 'api' },
        { ...window, namespace: 'other' },
        { ...window, start: '2026-03-10T13:00:00Z', end: '2026-03-10T14:00:00Z' },
        { ...window, end: '2026-03-10T12:00:00Z' },
      ],
    });
    expect(masks.map(minutes)).toEqual([
      [-60, 30],
      [-60, 30],
    ]);
  });
});
