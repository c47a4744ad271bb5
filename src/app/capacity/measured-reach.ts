import type { Reason } from '#contracts/http/common.ts';
import type { PredictResponse } from '#contracts/http/predict.ts';

/**
 * Says so where a forecast goes on beyond the steps at which its bounds were ever compared with what
 * came. Nothing where that was not measured at all, which has reasons of its own.
 *
 * @param lastStep - the farthest step that the answer rests on
 */
export function beyondMeasured(
  { metric, coverage, step_seconds }: PredictResponse,
  lastStep: number,
): readonly Reason[] {
  const measured = Math.max(
    0,
    ...coverage.filter(({ cases }) => cases > 0).map(({ to_step }) => to_step),
  );
  if (measured === 0 || lastStep <= measured) return [];
  const hours = Number(((measured * step_seconds) / 3_600).toFixed(1));
  return [
    {
      code: 'BEYOND_MEASURED',
      message: `bounds of ${metric} were measured up to ${hours} h ahead: farther ones continue those`,
      details: { metric, measured_steps: measured, last_step: lastStep },
    },
  ];
}
