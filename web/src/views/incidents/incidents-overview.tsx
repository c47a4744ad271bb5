import { useMemo } from 'preact/hooks';
import type { Incident } from '#contracts/http/incidents.ts';
import { counted, formatCount } from '#core/units.ts';
import { withQuery, workloadId, workloadQuery } from '../../api/query.ts';
import { useResource } from '../../api/use-resource.ts';
import { Choice } from '../../components/choice.tsx';
import { Empty } from '../../components/empty.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { WorkloadName, workloadTitle } from '../../components/name.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { useNow } from '../../components/time.tsx';
import { ViewHead } from '../../components/view-head.tsx';
import { href, type Place, workloadOf } from '../../routing/location.ts';
import { useQueryState } from '../../routing/use-place.ts';
import { IncidentList } from './incident-list.tsx';
import { IncidentTimeline } from './incident-timeline.tsx';
import { inOrder, isConcern } from './timeline.ts';

const WINDOWS = { '24h': 1, '7d': 7, '30d': 30, '90d': 90 } as const;
type WindowName = keyof typeof WINDOWS;
const WINDOW_NAMES = ['24h', '7d', '30d', '90d'] as const;
const SHOWS = ['all', 'concern'] as const;
const DAY = 86_400_000;
const MOST = 1_000;

interface Incidents {
  readonly incidents: readonly Incident[];
}

/** The incidents of all workloads, or of one, on a time axis and as a list. */
export function IncidentsOverview({ place }: { readonly place: Place }) {
  const workload = workloadOf(place);
  const [windowName, setWindow] = useQueryState<WindowName>('window', '7d', WINDOW_NAMES);
  const [show, setShow] = useQueryState('show', 'all', SHOWS);
  const [filter, setFilter] = useQueryState('filter', '');
  const now = useNow(30_000);
  const length = WINDOWS[windowName] * DAY;
  // Fixed while the window is: a question that changes with time would never be asked twice.
  const since = useMemo(() => new Date(Date.now() - length).toISOString(), [length]);
  const about = { ...(workload && workloadQuery(workload)), limit: MOST };
  const recent = useResource<Incidents>(withQuery('/api/v1/incidents', { ...about, from: since }));
  // What is open is shown however long ago it began.
  const open = useResource<Incidents>(withQuery('/api/v1/incidents', { ...about, state: 'open' }));
  const hrefOf = ({ id }: Incident) => href([place.view, ...place.rest], { ...place.query, id });
  return (
    <>
      <ViewHead
        title={
          workload ? (
            <>
              Incidents of <WorkloadName of={workload} />
            </>
          ) : (
            'Incidents'
          )
        }
        documentTitle={workload ? `Incidents of ${workloadTitle(workload)}` : 'Incidents'}
        actions={workload && <a href="#/incidents">All workloads</a>}
      />
      <div class="toolbar">
        <Choice
          label="Time shown"
          options={[
            { value: '24h', label: '24 h' },
            { value: '7d', label: '7 days' },
            { value: '30d', label: '30 days' },
            { value: '90d', label: '90 days' },
          ]}
          value={windowName}
          onChange={setWindow}
        />
        <Choice
          label="Incidents shown"
          options={[
            { value: 'all', label: 'All' },
            { value: 'concern', label: 'Need a look' },
          ]}
          value={show}
          onChange={setShow}
        />
        <SearchField label="Filter" value={filter} onChange={setFilter} />
      </div>
      <Loaded resource={recent} what="incidents">
        {({ incidents: found }) => {
          const all = inOrder([...(open.data?.incidents ?? []), ...found]);
          const shown = show === 'all' ? all : all.filter(isConcern);
          if (shown.length === 0) return <NoIncidents all={all.length} windowName={windowName} />;
          return (
            <>
              <p class="caption">{captionOf(all, found.length)}</p>
              <IncidentTimeline
                incidents={shown}
                span={{ from: now - length, to: now }}
                hrefOf={hrefOf}
              />
              <IncidentList incidents={shown} filter={filter} hrefOf={hrefOf} textOf={textOf} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function NoIncidents({
  all,
  windowName,
}: {
  readonly all: number;
  readonly windowName: WindowName;
}) {
  if (all > 0) {
    return (
      <Empty title="Nothing needs a look">
        {counted(all, 'incident')} in this time, all over or expected.
      </Empty>
    );
  }
  const days = counted(WINDOWS[windowName], 'day');
  return (
    <Empty title={`No incident in the last ${days}`}>
      Every workload is scored a few minutes after its data arrive, once its detectors have learned
      from a day of history. <a href="#/health">Health</a> shows whether data arrive.
    </Empty>
  );
}

function captionOf(all: readonly Incident[], found: number): string {
  const concerns = all.filter(isConcern).length;
  const most =
    found === MOST ? `the newest ${formatCount(MOST)} incidents` : counted(all.length, 'incident');
  return `${most}, ${formatCount(concerns)} open and not expected`;
}

function textOf({ workload, message, severity, state, metrics }: Incident): string {
  const names = metrics.map(({ metric }) => metric).join(' ');
  return `${workloadId(workload)} ${message} ${severity} ${state} ${names}`;
}
