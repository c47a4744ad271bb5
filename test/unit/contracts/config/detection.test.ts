import { describe, expect, it } from '@jest/globals';
import { DEFAULT_DETECTION, DetectionConfigSchema } from '#contracts/config/detection.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';

const WINDOW = {
  name: 'database upgrade',
  deployment: 'web',
  start: '2026-03-10T22:00:00+01:00',
  end: '2026-03-11T00:00:00+01:00',
};

describe('the configuration of detection', () => {
  it('has defaults for everything', () => {
    expect(HeliosConfigSchema.parse({}).detection).toEqual(DEFAULT_DETECTION);
    expect(DEFAULT_DETECTION).toEqual({
      threshold: 2.5,
      minimum_effect: 0.1,
      deployment_mask_minutes: 30,
      metrics: {},
      maintenance: [],
    });
  });

  it('takes directions by metric, and maintenance windows', () => {
    const metrics = { error_rate: { direction: 'up' as const, minimum_effect: 0.5 } };
    const detection = { metrics, maintenance: [WINDOW] };
    expect(DetectionConfigSchema.parse(detection)).toMatchObject(detection);
  });

  it.each([
    ['an unknown field', { treshold: 3 }],
    ['a threshold below the least severity', { threshold: 1.9 }],
    ['a negative effect', { minimum_effect: -0.1 }],
    ['an unknown direction', { metrics: { cpu: { direction: 'upper' } } }],
    ['a name that no metric has', { metrics: { CPU: {} } }],
    ['a window that ends before it starts', { maintenance: [{ ...WINDOW, end: WINDOW.start }] }],
    ['a window without a zone', { maintenance: [{ ...WINDOW, start: '2026-03-10T22:00:00' }] }],
    ['a window with a factor', { maintenance: [{ ...WINDOW, factor: 2 }] }],
  ])('refuses %s', (_, detection) => {
    expect(DetectionConfigSchema.safeParse(detection).success).toBe(false);
  });
});
