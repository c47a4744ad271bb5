import { describe, expect, it } from '@jest/globals';
import { scalingFor } from '#app/scaling-config.ts';
import { ScalingConfigSchema } from '#contracts/config/scaling.ts';
import { workloadId } from '#core/workload.ts';

const WEB = workloadId({ deployment: 'web', namespace: 'shop' });

describe('scaling:', () => {
  it('is empty unless configured', () => {
    expect(ScalingConfigSchema.parse(undefined)).toEqual([]);
  });

  it.each([
    ['a minimum above the maximum', { minimum_replicas: 3, maximum_replicas: 2 }],
    ['thresholds that cross', { scale_up_threshold: 0.5, scale_down_threshold: 0.6 }],
    ['two quantiles', { preset: 'savings', prices: { unit_hour: 1, minute_short: 1 } }],
    ['prices of nothing', { prices: { unit_hour: 0, minute_short: 0 } }],
    ['no replica at all', { maximum_replicas: 0 }],
    ['a target that leaves no room', { target_utilization: 1 }],
    ['what no container can ask for', { resources: { cpu_request: '1,5' } }],
    ['what is not known', { max_replicas: 3 }],
  ])('refuses %s', (_, entry) => {
    expect(ScalingConfigSchema.safeParse([entry]).success).toBe(false);
  });

  it('takes thresholds that are equal', () => {
    const entry = { target_utilization: 0.7, scale_up_threshold: 0.7, scale_down_threshold: 0.7 };
    expect(ScalingConfigSchema.safeParse([entry]).success).toBe(true);
  });

  it('lets later entries override earlier ones, field by field', () => {
    const config = ScalingConfigSchema.parse([
      { minimum_replicas: 2, preset: 'savings' },
      { namespace: 'shop', minimum_replicas: 3, prices: { unit_hour: 1, minute_short: 2 } },
      { deployment: 'other', minimum_replicas: 9 },
      { deployment: 'web', maximum_replicas: 5 },
    ]);
    expect(scalingFor(config, WEB)).toEqual({
      minimum_replicas: 3,
      maximum_replicas: 5,
      prices: { unit_hour: 1, minute_short: 2 },
    });
  });
});
