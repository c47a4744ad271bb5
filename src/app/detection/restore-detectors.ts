import { type DetectorBundle, DetectorBundleSchema } from '#contracts/artifacts/detector-bundle.ts';
import { restoreReconstruction } from '#core/detect/reconstruction.ts';
import { restoreResidual } from '#core/detect/residual.ts';
import { restoreService } from '#core/detect/service.ts';
import { DomainError } from '#core/errors.ts';
import { durationMs } from '#core/time.ts';
import type { ArtifactRef, ArtifactStore } from '../ports/artifact-store.ts';
import type { LoadedDetectors } from './load-detectors.ts';

/**
 * Loads and verifies a bundle of detectors.
 *
 * @throws {DomainError} `ARTIFACT_CORRUPT`, `STATE_INCOMPATIBLE`
 */
export async function loadDetectorBundle(
  artifacts: ArtifactStore,
  { key, sha256 }: Pick<ArtifactRef, 'key' | 'sha256'>,
): Promise<DetectorBundle> {
  const parsed = DetectorBundleSchema.safeParse(await artifacts.load(key, sha256));
  if (parsed.success) return parsed.data;
  throw new DomainError(
    'STATE_INCOMPATIBLE',
    `the detectors ${key} are of another form than this version of Helios reads`,
    { key },
    parsed.error,
  );
}

/** The detectors of a bundle, ready to score. */
export function restoreDetectors({
  step_ms,
  residual,
  reconstruction,
  service,
  left_out,
}: DetectorBundle): Omit<LoadedDetectors, 'version' | 'trainedAt'> {
  return {
    step: durationMs(step_ms),
    ...(residual && { residual: restoreResidual(residual.state) }),
    ...(reconstruction && { reconstruction: restoreReconstruction(reconstruction.state) }),
    ...(service && { service: restoreService(service.state) }),
    leftOut: left_out,
  };
}
