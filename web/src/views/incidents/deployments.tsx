import type { Incident, IncidentDetail } from '#contracts/http/incidents.ts';
import { Empty } from '../../components/empty.tsx';
import { Time } from '../../components/time.tsx';
import { formatLength } from '../../format/time.ts';

/** What was put live shortly before an incident, and while it lasted. */
export function Deployments({
  incident,
  deployments: { at, from, to },
}: {
  readonly incident: Incident;
  readonly deployments: IncidentDetail['deployments'];
}) {
  if (at.length === 0) {
    return (
      <Empty title="No deployment is known">
        Nothing was reported between <Time at={from} /> and <Time at={to} />. Sources that know of
        deployments report them; agents and pipelines send them with their data.
      </Empty>
    );
  }
  const start = Date.parse(incident.start);
  return (
    <ul class="plain-list">
      {at.map((iso) => (
        <li key={iso}>
          <Time at={iso} /> <span class="quiet">{relation(Date.parse(iso) - start)}</span>
        </li>
      ))}
    </ul>
  );
}

function relation(ms: number): string {
  if (ms === 0) return 'as it started';
  return ms < 0 ? `${formatLength(-ms)} before it started` : `${formatLength(ms)} after it started`;
}
