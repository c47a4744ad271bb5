import { expect, it } from '@jest/globals';
import { policyOf } from '#app/detection/policy-of.ts';
import { DetectionConfigSchema } from '#contracts/config/detection.ts';
import { DEFAULT_INCIDENT_POLICY } from '#core/detect/incident-policy.ts';

it('is the default where nothing is configured', () => {
  expect(policyOf(DetectionConfigSchema.parse({}))).toEqual(DEFAULT_INCIDENT_POLICY);
});

it('follows the configuration, and a request’s threshold before it', () => {
  const config = DetectionConfigSchema.parse({
    threshold: 3,
    minimum_effect: 0.2,
    metrics: { error_rate: { direction: 'up', minimum_effect: 0.5 }, cpu_cores: {} },
  });
  expect(policyOf(config)).toMatchObject({
    threshold: 3,
    alone: 3,
    minimumEffect: 0.2,
    metrics: { error_rate: { direction: 'up', minimumEffect: 0.5 }, cpu_cores: {} },
  });
  expect(policyOf(config, 2)).toMatchObject({ threshold: 2, alone: 3 });
});

it('opens no incident by a single point below the threshold', () => {
  expect(policyOf(DetectionConfigSchema.parse({}), 5)).toMatchObject({ threshold: 5, alone: 5 });
});
