import { useMemo } from 'preact/hooks';
import type { DetectResponse } from '#contracts/http/detect.ts';
import type { Incident } from '#contracts/http/incidents.ts';
import { unitOf } from '#core/units.ts';
import { workloadQuery } from '../../api/query.ts';
import { useResource } from '../../api/use-resource.ts';
import { Chart } from '../../chart/chart.tsx';
import { Empty } from '../../components/empty.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Reasons } from '../../components/refused.tsx';
import { detectRequest, expectedChart } from './expected.ts';

/** A metric around an incident, beside what the detectors of now expect there. */
export function ExpectedChart({
  incident,
  metric,
}: {
  readonly incident: Incident;
  readonly metric: string;
}) {
  const body = useMemo(
    () => ({ ...workloadQuery(incident.workload), ...detectRequest(incident, metric, Date.now()) }),
    [incident.id, incident.end, metric],
  );
  const everyMs = incident.end === null ? 60_000 : Number.POSITIVE_INFINITY;
  const answer = useResource<DetectResponse>({ path: '/api/v1/detect', body }, { everyMs });
  const model = useMemo(
    () => answer.data && expectedChart(answer.data, incident, metric, unitOf(metric)),
    [answer.data, incident, metric],
  );
  return (
    <Loaded resource={answer} what="expected values">
      {({ reasons }) =>
        model ? (
          <>
            <Chart
              model={model}
              label={`${metric} around the incident`}
              name={`incident-${metric}`}
              height={240}
            />
            <p class="quiet small">Expected is what the detectors that serve now expect there.</p>
          </>
        ) : (
          <Empty title="No values of that time are stored any more, or none can be judged">
            <Reasons reasons={reasons} />
          </Empty>
        )
      }
    </Loaded>
  );
}
