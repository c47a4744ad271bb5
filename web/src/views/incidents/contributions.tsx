import type { IncidentMetric } from '#contracts/http/incidents.ts';
import { formatGain, formatShare, formatSingle, unitOf } from '#core/units.ts';
import { Name } from '../../components/name.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Missing, Value } from '../../components/value.tsx';
import { ShareBar } from '../share-bar.tsx';

/** What each metric had to do with an incident: its share, what it was and what was expected. */
export function Contributions({ metrics }: { readonly metrics: readonly IncidentMetric[] }) {
  return (
    <DataTable
      label="Metrics of the incident, most responsible first"
      rows={metrics}
      columns={COLUMNS}
      rowKey={({ metric }) => metric}
      sortParam="metrics"
    />
  );
}

const COLUMNS: readonly Column<IncidentMetric>[] = [
  {
    id: 'metric',
    title: 'Metric',
    cell: ({ metric }) => <Name text={metric} />,
  },
  {
    id: 'share',
    title: 'Share',
    hint: 'of the scores of all metrics',
    align: 'end',
    cell: ({ share }) => <ShareBar share={share} tone="bad" text={formatShare(share)} />,
  },
  {
    id: 'value',
    title: 'Was',
    align: 'end',
    cell: ({ metric, value }) => <Value value={value} unit={unitOf(metric)} />,
  },
  {
    id: 'expected',
    title: 'Expected',
    align: 'end',
    cell: (metric) => <Expected of={metric} />,
  },
  {
    id: 'difference',
    title: 'Difference',
    align: 'end',
    cell: ({ value, expected_value: expected, direction }) =>
      value === null || expected === null || expected === 0 ? (
        (direction ?? <Missing reason="there is nothing to compare it with" />)
      ) : (
        <span class="number">{formatGain(value / expected - 1)}</span>
      ),
  },
  {
    id: 'score',
    title: 'Score',
    align: 'end',
    priority: 2,
    cell: ({ score }) => score.toFixed(1),
  },
];

function Expected({ of }: { readonly of: IncidentMetric }) {
  const { metric, expected_value: expected, lower_bound: lower, upper_bound: upper } = of;
  const unit = unitOf(metric);
  return (
    <span class="stacked">
      <Value value={expected} unit={unit} reason="its detector does not say what it expected" />
      {lower !== null && upper !== null && (
        <span class="quiet small number">
          {formatSingle(lower, unit)} to {formatSingle(upper, unit)}
        </span>
      )}
    </span>
  );
}
