import { useMemo } from 'preact/hooks';
import type { FleetRow } from '#contracts/http/fleet.ts';
import { formatCount } from '#core/units.ts';
import { useApi } from '../api/api-context.ts';
import { createOutlookLoader } from '../api/outlook-loader.ts';
import { withQuery, workloadId } from '../api/query.ts';
import { useResource } from '../api/use-resource.ts';
import { Empty } from '../components/empty.tsx';
import { Facts } from '../components/facts.tsx';
import { Loaded } from '../components/loaded.tsx';
import { SearchField } from '../components/search-field.tsx';
import { DataTable } from '../components/table/data-table.tsx';
import { ViewHead } from '../components/view-head.tsx';
import { workloadHref } from '../routing/location.ts';
import { useQueryState } from '../routing/use-place.ts';
import { fleetColumns } from './fleet/fleet-columns.tsx';
import { fleetFacts, fleetMetrics } from './fleet/fleet-facts.ts';
import { OutlookContext } from './fleet/outlook-cell.tsx';

const NO_ROWS: readonly FleetRow[] = [];

/** All workloads at a glance: what is wrong, what will happen, and what to believe. */
export function FleetView() {
  const [metric, setMetric] = useQueryState('metric', '');
  const [filter, setFilter] = useQueryState('q', '');
  const fleet = useResource<{ workloads: readonly FleetRow[] }>(
    withQuery('/api/v1/fleet', { metric: metric || undefined }),
  );
  const { client } = useApi();
  const loader = useMemo(() => {
    const later = (run: () => void, ms: number) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    };
    const surroundings = { client, later, now: Date.now, isVisible: () => !document.hidden };
    return createOutlookLoader(surroundings, metric || undefined);
  }, [client, metric]);
  const rows = fleet.data?.workloads ?? NO_ROWS;
  const columns = useMemo(() => fleetColumns(rows), [rows]);
  return (
    <OutlookContext.Provider value={loader}>
      <ViewHead
        title="Fleet"
        actions={
          <>
            <MetricChoice metrics={fleetMetrics(rows)} value={metric} onChange={setMetric} />
            <SearchField label="Filter workloads" value={filter} onChange={setFilter} />
          </>
        }
      />
      <Loaded resource={fleet} what="workloads">
        {({ workloads }) =>
          workloads.length === 0 ? (
            <NothingYet />
          ) : (
            <>
              <FleetSummary rows={workloads} />
              <DataTable
                label="Workloads"
                rows={workloads}
                columns={columns}
                rowKey={rowKey}
                hrefOf={rowHref}
                textOf={rowText}
                filter={filter}
                initialSort="-incidents"
              />
            </>
          )
        }
      </Loaded>
    </OutlookContext.Provider>
  );
}

function FleetSummary({ rows }: { readonly rows: readonly FleetRow[] }) {
  const { workloads, withIncidents, predictable, old } = fleetFacts(rows, Date.now());
  return (
    <div class="fleet-summary">
      <Facts
        items={[
          { term: 'Workloads', value: formatCount(workloads) },
          { term: 'With open incidents', value: formatCount(withIncidents) },
          { term: 'Predictable an hour ahead', value: formatCount(predictable) },
          { term: 'With old data', value: formatCount(old) },
        ]}
      />
    </div>
  );
}

function MetricChoice({
  metrics,
  value,
  onChange,
}: {
  readonly metrics: readonly string[];
  readonly value: string;
  readonly onChange: (metric: string) => void;
}) {
  const options = value === '' || metrics.includes(value) ? metrics : [value, ...metrics];
  return (
    <label class="field">
      <span>Metric</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">main metric of each</option>
        {options.map((metric) => (
          <option key={metric} value={metric}>
            {metric}
          </option>
        ))}
      </select>
    </label>
  );
}

function NothingYet() {
  return (
    <Empty title="No workload was observed yet">
      Workloads appear with their first observations: from a source in{' '}
      <code>helios.config.yaml</code>, from an agent, or by <code>helios import FILE.csv</code>.
    </Empty>
  );
}

function rowKey({ workload }: FleetRow): string {
  return workloadId(workload);
}

function rowHref({ workload }: FleetRow): string {
  return workloadHref('workload', workload);
}

function rowText({ workload, grade, simulated, metric }: FleetRow): string {
  const words = grade?.grade.replaceAll('_', ' ') ?? '';
  return `${workloadId(workload)} ${words} ${metric ?? ''} ${simulated ? 'simulated' : ''}`;
}
