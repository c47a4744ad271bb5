import type { Reason } from '#contracts/http/common.ts';
import { isDomainError } from '#core/errors.ts';
import type { Workload } from '../workload-directory.ts';
import type { DetectDeps } from './detect-deps.ts';
import { detectorLeftOut, detectorsUnusable, leftOutOf, noDetector } from './detect-reasons.ts';
import type { LoadedDetectors } from './load-detectors.ts';

/**
 * Values that the reconstruction detector scores in one request, 500 rows of seven metrics: it walks
 * hundreds of trees a value, ten times as long as all others together.
 */
const MAX_RECONSTRUCTED = 3_500;

/** The trained detectors that may judge, and why the others do not. */
export interface Trained {
  readonly trained: LoadedDetectors | undefined;
  readonly reasons: readonly Reason[];
}

/**
 * @param asked.values - how many are to be judged; `explain` waits for the reconstruction detector
 * @param asked.instead - what judges where trained detectors do not
 */
export async function trainedFor(
  deps: Pick<DetectDeps, 'detectorsOf' | 'clock'>,
  workload: Workload | undefined,
  asked: { readonly values: number; readonly explain: boolean; readonly instead: string },
): Promise<Trained> {
  const none = {
    trained: undefined,
    reasons: [noDetector(workload, deps.clock.now(), asked.instead)],
  };
  if (!workload) return none;
  try {
    const loaded = await deps.detectorsOf(workload.key);
    if (!loaded) return none;
    if (loaded.step !== workload.gridStep) {
      const message = `the trained detectors know steps of ${loaded.step / 1_000} s, not of ${workload.gridStep / 1_000} s`;
      return {
        trained: undefined,
        reasons: [detectorsUnusable('SERIES_MISALIGNED', message, asked.instead)],
      };
    }
    return withinReach(loaded, asked);
  } catch (error) {
    if (!isDomainError(error, 'STATE_INCOMPATIBLE', 'ARTIFACT_CORRUPT')) throw error;
    return {
      trained: undefined,
      reasons: [detectorsUnusable(error.code, error.message, asked.instead)],
    };
  }
}

function withinReach(
  loaded: LoadedDetectors,
  { values, explain }: { readonly values: number; readonly explain: boolean },
): Trained {
  const reasons = leftOutOf(loaded);
  const { reconstruction, ...quick } = loaded;
  if (!reconstruction || explain || values <= MAX_RECONSTRUCTED)
    return { trained: loaded, reasons };
  const why = `${values} values are looked at, it judges up to ${MAX_RECONSTRUCTED}; explain makes it judge all`;
  const details = { values, max_values: MAX_RECONSTRUCTED };
  return { trained: quick, reasons: [...reasons, detectorLeftOut('reconstruction', why, details)] };
}
