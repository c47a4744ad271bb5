import type { Run, RunDetail, RunWorkload } from '#contracts/http/train.ts';
import { counted, formatCount } from '#core/units.ts';
import { workloadId } from '../../api/query.ts';
import { Empty } from '../../components/empty.tsx';
import { type Fact, Facts } from '../../components/facts.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Refused } from '../../components/refused.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { Time, useNow } from '../../components/time.tsx';
import { ViewHead } from '../../components/view-head.tsx';
import { useQueryState } from '../../routing/use-place.ts';
import { useLive } from '../use-live.ts';
import { useSimulated } from '../use-simulated.ts';
import { formatDuration } from './gantt.ts';
import { RunBadge, runMs, triggerText } from './runs-overview.tsx';
import { WorkloadRun } from './workload-run.tsx';

/** Workloads that are shown in full: more are found by the filter. */
const MOST_SHOWN = 30;

/** A training run with the stages of each of its workloads, live until it ends. */
export function RunView({ id }: { readonly id: string }) {
  const path = `/api/v1/runs/${encodeURIComponent(id)}`;
  const detail = useLive<RunDetail>(path, ({ run }) => run.finished_at !== null);
  const run = detail.data?.run;
  const isLive = run !== undefined && run.finished_at === null;
  const now = useNow(isLive ? 500 : undefined);
  return (
    <>
      <ViewHead
        title={
          <>
            Training <code class="run-id">{id}</code>
          </>
        }
        documentTitle={`Training ${id}`}
        actions={<a href="#/pipeline">All runs</a>}
      />
      <Loaded resource={detail} what="run">
        {(data) => <RunBody {...data} now={now} />}
      </Loaded>
    </>
  );
}

function RunBody({ run, details, now }: RunDetail & { readonly now: number }) {
  const [filter, setFilter] = useQueryState('filter', '');
  const isSimulated = useSimulated();
  const wanted = filter.toLowerCase();
  const found = details
    .filter(({ workload }) => workloadId(workload).toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b));
  return (
    <>
      <div class="run-summary" role="status">
        <RunBadge state={run.state} /> <Facts items={factsOf(run, now)} />
      </div>
      {run.error && <Refused title="The run has failed" reason={run.error} />}
      {details.length > 5 && (
        <SearchField label="Find a workload" value={filter} onChange={setFilter} />
      )}
      {details.length === 0 && !run.error && (
        <Empty title={run.finished_at === null ? 'Nothing has started yet' : 'Nothing was due'}>
          {run.finished_at === null
            ? 'Stages appear here as they run.'
            : 'No workload had enough new data to be trained again.'}
        </Empty>
      )}
      {found.slice(0, MOST_SHOWN).map((workload) => (
        <WorkloadRun
          key={workloadId(workload.workload)}
          runId={run.run_id}
          details={workload}
          simulated={isSimulated(workload.workload)}
          now={now}
          ended={run.finished_at}
        />
      ))}
      {found.length > MOST_SHOWN && (
        <p class="caption">
          {counted(found.length - MOST_SHOWN, 'workload')} more: find them by name.
        </p>
      )}
    </>
  );
}

/** What needs a look comes first. */
function rank({ outcome }: RunWorkload): number {
  return { failed: 0, running: 1, refused: 2, trained: 3 }[outcome];
}

function factsOf(run: Run, now: number): readonly Fact[] {
  return [
    { term: 'Because', value: triggerText(run.trigger) },
    { term: 'Started', value: <Time at={run.created_at} form="clock" /> },
    {
      term: run.finished_at === null ? 'Runs for' : 'Took',
      value: formatDuration(runMs(run, now)),
    },
    {
      term: 'Workloads',
      value:
        run.workloads === null
          ? run.finished_at === null
            ? 'being planned'
            : '–'
          : formatCount(run.workloads),
    },
    { term: 'Trained', value: formatCount(run.trained) },
    { term: 'Refused', value: formatCount(run.refused) },
    { term: 'Failed', value: formatCount(run.failed) },
  ];
}
