import { type DetectRequest, type DetectResponse, hasPoints } from '#contracts/http/detect.ts';
import { SENSITIVITY_THRESHOLDS } from '#core/detect/severity.ts';
import { resolveWorkload, selectorParts } from '../select-workload.ts';
import type { DetectDeps } from './detect-deps.ts';
import { detectGiven } from './detect-given.ts';
import { detectionResponse } from './detect-response.ts';
import { detectStored } from './detect-stored.ts';
import { policyOf } from './policy-of.ts';

/**
 * Finds anomalies in the stored data of a workload, or in data that the request brings along: values
 * far from what was to be expected, and the incidents that they make up.
 *
 * @throws {DomainError} `NOT_FOUND`, `METRIC_UNKNOWN`, `REQUEST_INVALID`
 */
export async function detect(deps: DetectDeps, request: DetectRequest): Promise<DetectResponse> {
  const { metrics, sensitivity, threshold_sigma } = request;
  const asked = sensitivity ? SENSITIVITY_THRESHOLDS[sensitivity] : threshold_sigma;
  const policy = policyOf(deps.detection, asked);
  const now = deps.clock.now();
  if (!hasPoints(metrics)) {
    const workload = await resolveWorkload(deps.directory, request);
    const detected = await detectStored(deps, workload, request, policy);
    return detectionResponse(detected, request, policy.threshold, now);
  }
  const isNamed = Object.values(selectorParts(request)).some((part) => part !== undefined);
  const workload = isNamed ? await resolveWorkload(deps.directory, request) : undefined;
  const detected = await detectGiven(deps, workload, { ...request, metrics }, policy);
  return detectionResponse(detected, request, policy.threshold, now);
}
