import { createContext } from 'preact';
import { useContext, useEffect, useReducer } from 'preact/hooks';
import type { WorkloadRef } from '#contracts/http/common.ts';
import type { Outlook } from '#contracts/http/fleet.ts';
import { formatSingle } from '#core/units.ts';
import type { OutlookLoader } from '../../api/outlook-loader.ts';
import { workloadId } from '../../api/query.ts';
import { gridPoints, lastPoint, type Points, pointsWithin } from '../../chart/chart-model.ts';
import { Sparkline } from '../../chart/sparkline.tsx';
import { Missing } from '../../components/value.tsx';
import { forecastPoints } from './forecast-points.ts';

/** Where rows get their outlook from. */
export const OutlookContext = createContext<OutlookLoader | undefined>(undefined);

/** What a workload did and is expected to do, drawn as soon as its row is in sight. */
export function OutlookCell({ workload }: { readonly workload: WorkloadRef }) {
  const loader = useContext(OutlookContext);
  const [, changed] = useReducer((count: number) => count + 1, 0);
  const id = workloadId(workload);
  useEffect(() => loader?.want(workload, () => changed(undefined)), [loader, id]);
  const state = loader?.state(workload);
  if (state?.kind === 'failed') return <Missing reason={state.message} />;
  if (state?.kind !== 'known') return <span class="sparkline" aria-hidden="true" />;
  return <OutlookPicture outlook={state.outlook} />;
}

function OutlookPicture({ outlook }: { readonly outlook: Outlook }) {
  const { history, forecast, unit, reasons } = outlook;
  if (!history || !unit) return <Missing reason={reasons.map((each) => each.message).join('; ')} />;
  const observed = gridPoints(history.start, history.step_seconds, history.values);
  const last = lastPoint(observed);
  const end = last?.at ?? observed.times.at(-1) ?? 0;
  // What was forecast of times that are past is told by the view of the workload.
  const path = (values: readonly number[] | null | undefined): Points | undefined => {
    if (!forecast || !values) return undefined;
    const ahead = pointsWithin(forecastPoints(forecast, values), end, Number.POSITIVE_INFINITY);
    return ahead.times.length > 0 ? ahead : undefined;
  };
  const expected = path(forecast?.values);
  const label = [
    last ? `latest ${formatSingle(last.value, unit)}` : 'no value lately',
    expected
      ? `forecast up to ${formatSingle(greatest(expected), unit)}`
      : reasons.map(({ message }) => message).join('; ') || 'the last forecast has run out',
  ].join(', ');
  return (
    <Sparkline
      history={observed}
      forecast={expected}
      lower={path(forecast?.lower_bounds)}
      upper={path(forecast?.upper_bounds)}
      label={label}
    />
  );
}

function greatest({ values }: Points): number {
  return values.reduce<number>(
    (best, value) => Math.max(best, value ?? best),
    Number.NEGATIVE_INFINITY,
  );
}
