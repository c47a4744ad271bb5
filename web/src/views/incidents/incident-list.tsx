import type { Incident } from '#contracts/http/incidents.ts';
import { SEVERITY_SCORES } from '#core/detect/severity.ts';
import { workloadId } from '../../api/query.ts';
import { Badge, SeverityBadge } from '../../components/badge.tsx';
import { WorkloadName } from '../../components/name.tsx';
import { Simulated } from '../../components/simulated.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { formatLength } from '../../format/time.ts';
import { isConcern } from './timeline.ts';

/** Incidents as a table: those that need a look first, then the newest. */
export function IncidentList({
  incidents,
  filter,
  hrefOf,
  textOf,
}: {
  readonly incidents: readonly Incident[];
  readonly filter: string;
  readonly hrefOf: (incident: Incident) => string;
  readonly textOf: (incident: Incident) => string;
}) {
  return (
    <DataTable
      label="Incidents"
      rows={incidents}
      columns={columnsOf(hrefOf)}
      rowKey={({ id }) => id}
      hrefOf={hrefOf}
      filter={filter}
      textOf={textOf}
    />
  );
}

/** Whether it goes on, is over, or was expected. */
export function StateBadge({ incident }: { readonly incident: Incident }) {
  const { state, feedback } = incident;
  if (feedback?.label === 'expected') return <Badge tone="quiet">expected</Badge>;
  if (isConcern(incident)) return <Badge tone="bad">open</Badge>;
  return (
    <>
      <Badge tone="good">{state}</Badge>
      {feedback && <Badge tone="warn">anomaly</Badge>}
    </>
  );
}

function columnsOf(hrefOf: (incident: Incident) => string): readonly Column<Incident>[] {
  return [
    {
      id: 'what',
      title: 'What',
      cell: (incident) => (
        <a href={hrefOf(incident)} class="incident-message">
          <bdi>{incident.message}</bdi>
        </a>
      ),
    },
    {
      id: 'state',
      title: 'State',
      sortBy: (incident) => (isConcern(incident) ? 0 : 1),
      cell: (incident) => <StateBadge incident={incident} />,
    },
    {
      id: 'severity',
      title: 'Severity',
      sortBy: ({ severity }) => -SEVERITY_SCORES[severity],
      cell: ({ severity }) => <SeverityBadge severity={severity} />,
    },
    {
      id: 'workload',
      title: 'Workload',
      sortBy: ({ workload }) => workloadId(workload),
      cell: ({ workload, simulated }) => (
        <span class="with-mark">
          <WorkloadName of={workload} /> {simulated && <Simulated />}
        </span>
      ),
    },
    {
      id: 'start',
      title: 'Started',
      sortBy: ({ start }) => start,
      cell: ({ start }) => <Time at={start} />,
    },
    {
      id: 'length',
      title: 'Lasted',
      align: 'end',
      priority: 2,
      sortBy: lengthOf,
      cell: (incident) => formatLength(lengthOf(incident)),
    },
    {
      id: 'score',
      title: 'Score',
      align: 'end',
      priority: 3,
      hint: 'the highest: low 2, medium 2.5, high 3, critical 4',
      sortBy: ({ peak }) => peak.score,
      cell: ({ peak }) => peak.score.toFixed(1),
    },
  ];
}

/** How long it lasted, or has lasted until now, in ms. */
export function lengthOf({ start, end }: Incident): number {
  return (end === null ? Date.now() : Date.parse(end)) - Date.parse(start);
}
