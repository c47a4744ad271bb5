import type { FleetRow } from '#contracts/http/fleet.ts';
import type { Unit } from '#core/series/metric-catalogue.ts';
import {
  formatCount,
  formatGain,
  formatShare,
  formatValue,
  type Scale,
  scaleFor,
} from '#core/units.ts';
import { Badge, GradeBadge, SeverityBadge } from '../../components/badge.tsx';
import { Name, WorkloadName, workloadTitle } from '../../components/name.tsx';
import { Simulated } from '../../components/simulated.tsx';
import type { Column } from '../../components/table/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { Missing } from '../../components/value.tsx';
import { workloadHref } from '../../routing/location.ts';
import { isOld } from './fleet-facts.ts';
import { GRADE_ORDER } from './grade-order.ts';
import { OutlookCell } from './outlook-cell.tsx';

/** The columns of the fleet, from what a workload is to how fresh its data are. */
export function fleetColumns(rows: readonly FleetRow[]): readonly Column<FleetRow>[] {
  const peaks = peakScales(rows);
  return [workloadColumn, outlookColumn, incidentsColumn, peakColumn(peaks), ...TRUST_COLUMNS];
}

const workloadColumn: Column<FleetRow> = {
  id: 'workload',
  title: 'Workload',
  sortBy: ({ workload }) => workloadTitle(workload),
  cell: ({ workload, simulated, metric }) => (
    <div class="fleet-name">
      <a href={workloadHref('workload', workload)}>
        <WorkloadName of={workload} />
      </a>
      {simulated && <Simulated />}
      <span class="fleet-metric">{metric ? <Name text={metric} /> : 'no such metric'}</span>
    </div>
  ),
};

const outlookColumn: Column<FleetRow> = {
  id: 'outlook',
  title: 'Outlook',
  hint: 'The last 288 steps and the next, a day at 5 minutes a step: history solid, forecast dashed, its band shaded',
  cell: ({ workload }) => <OutlookCell workload={workload} />,
};

const incidentsColumn: Column<FleetRow> = {
  id: 'incidents',
  title: 'Open incidents',
  align: 'end',
  sortBy: ({ open_incidents }) => open_incidents,
  cell: ({ workload, open_incidents, worst_severity }) =>
    open_incidents > 0 && worst_severity ? (
      <a class="fleet-incidents" href={workloadHref('incidents', workload)}>
        {formatCount(open_incidents)} <SeverityBadge severity={worst_severity} />
      </a>
    ) : (
      <span class="quiet">0</span>
    ),
};

/** Values of one unit are written alike, so that they compare down the column. */
function peakScales(rows: readonly FleetRow[]): ReadonlyMap<Unit, Scale> {
  const values = new Map<Unit, number[]>();
  for (const { unit, next_peak } of rows) {
    if (!unit || !next_peak) continue;
    const known = values.get(unit);
    if (known) known.push(next_peak.value);
    else values.set(unit, [next_peak.value]);
  }
  return new Map([...values].map(([unit, list]) => [unit, scaleFor(unit, list)]));
}

function peakColumn(scales: ReadonlyMap<Unit, Scale>): Column<FleetRow> {
  return {
    id: 'peak',
    title: 'Next peak',
    hint: 'The greatest value of the last forecast issued, and when it is expected',
    align: 'end',
    sortBy: ({ next_peak }) => next_peak?.value,
    cell: ({ next_peak, unit }) =>
      next_peak && unit ? (
        <span class="fleet-peak">
          <span class="number">
            {formatValue(next_peak.value, scales.get(unit) ?? scaleFor(unit, [next_peak.value]))}
          </span>
          <span class="quiet small">
            <Time at={next_peak.at} form="clock" />
          </span>
        </span>
      ) : (
        <Missing reason="No forecast was issued, or its peak has passed: the next one comes within the hour" />
      ),
  };
}

const TRUST_COLUMNS: readonly Column<FleetRow>[] = [
  {
    id: 'grade',
    title: 'Grade',
    hint: 'What its forecasts are worth an hour ahead',
    priority: 2,
    sortBy: ({ grade }) => (grade ? GRADE_ORDER[grade.grade] : undefined),
    cell: ({ grade }) =>
      grade ? <GradeBadge grade={grade.grade} /> : <Missing reason="no such metric" />,
  },
  {
    id: 'skill',
    title: 'Skill',
    hint: '1 − error / error of the last value (naive), measured',
    align: 'end',
    priority: 2,
    sortBy: ({ grade }) => grade?.skill_vs_naive,
    cell: ({ grade }) =>
      grade?.skill_vs_naive === null || grade === null ? (
        <Missing reason="not measured yet: too few forecasts have met their actuals" />
      ) : (
        <span title={`against the last value, of ${formatCount(grade.forecasts)} forecasts`}>
          {formatGain(grade.skill_vs_naive)}
        </span>
      ),
  },
  {
    id: 'coverage',
    title: 'Coverage',
    hint: 'Share of actuals that the band has held, and the share it was meant to',
    align: 'end',
    priority: 3,
    sortBy: ({ grade }) => grade?.coverage,
    cell: ({ grade }) =>
      grade === null || grade.coverage === null || grade.level === null ? (
        <Missing reason="not measured yet: no band has met its actuals" />
      ) : (
        <span title={`of ${formatCount(grade.forecasts)} forecasts`}>
          {formatShare(grade.coverage)}{' '}
          <span class="quiet small">of {formatShare(grade.level)}</span>
        </span>
      ),
  },
  {
    id: 'age',
    title: 'Data',
    hint: 'When its newest observation was made',
    align: 'end',
    sortBy: ({ last_seen }) => Date.parse(last_seen),
    cell: (row) =>
      isOld(row, Date.now()) ? (
        <Badge tone="warn">
          <Time at={row.last_seen} form="age" />
        </Badge>
      ) : (
        <Time at={row.last_seen} form="age" />
      ),
  },
];
