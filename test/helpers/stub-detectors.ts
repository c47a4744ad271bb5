import type { LoadedDetectors } from '#app/detection/load-detectors.ts';
import type { Detection } from '#core/detect/detector.ts';
import type { FittedResidual } from '#core/detect/residual.ts';
import { type DurationMs, epochMs } from '#core/time.ts';

/**
 * Detectors that expect the same value always: the score of a value is its distance from that. They
 * know no past, so that a test can say what each value scores.
 */
export function stubDetectors(step: DurationMs, expected: number): LoadedDetectors {
  const residual: FittedResidual = {
    contextSteps: 0,
    skipped: [],
    detect(frame, from = 0): Detection {
      return new Map(
        [...frame.series].map(([metric, { values }]) => {
          const scored = values.subarray(from);
          const all = (value: number) => new Float64Array(scored.length).fill(value);
          const scores = scored.map((value) => Math.abs(value - expected));
          return [metric, { scores, expected: all(expected), tolerance: all(1), usual: all(1) }];
        }),
      );
    },
    toState: () => ({
      kind: 'residual',
      version: 3,
      step_ms: step,
      level: 1,
      metrics: [],
      skipped: [],
    }),
  };
  return { version: 'stub', trainedAt: epochMs(0), step, residual, leftOut: [] };
}
