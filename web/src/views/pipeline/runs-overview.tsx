import { useState } from 'preact/hooks';
import type { Run } from '#contracts/http/train.ts';
import { formatCount } from '#core/units.ts';
import { useResource } from '../../api/use-resource.ts';
import { Badge, type Tone } from '../../components/badge.tsx';
import { Empty } from '../../components/empty.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { ViewHead } from '../../components/view-head.tsx';
import { href } from '../../routing/location.ts';
import { goTo } from '../../routing/use-place.ts';
import { formatDuration } from './gantt.ts';
import { StartTraining } from './start-training.tsx';

const STATES: Readonly<Record<Run['state'], Tone>> = {
  queued: 'quiet',
  running: 'info',
  succeeded: 'good',
  failed: 'bad',
};

const TRIGGERS: Readonly<Record<Run['trigger'], string>> = {
  schedule: 'nightly',
  request: 'on request',
  due: 'new data',
  drift: 'drift',
};

/** What a run has come to. */
export function RunBadge({ state }: { readonly state: Run['state'] }) {
  return <Badge tone={STATES[state]}>{state}</Badge>;
}

/** What started a run, in words. */
export function triggerText(trigger: Run['trigger']): string {
  return TRIGGERS[trigger];
}

/** How long a run has taken, or takes until `now`. */
export function runMs({ created_at, finished_at }: Run, now: number): number {
  return (finished_at === null ? now : Date.parse(finished_at)) - Date.parse(created_at);
}

const LIMIT = 200;

/** All training runs, newest first. */
export function RunsOverview() {
  const runs = useResource<{ readonly runs: readonly Run[] }>(`/api/v1/runs?limit=${LIMIT}`, {
    everyMs: 10_000,
  });
  const [asking, setAsking] = useState(false);
  return (
    <>
      <ViewHead
        title="Pipeline"
        actions={
          <button type="button" class="primary" onClick={() => setAsking(true)}>
            Start a training
          </button>
        }
      >
        Every training: what was learned, what was refused and why.
      </ViewHead>
      <Loaded resource={runs} what="runs">
        {({ runs: found }) =>
          found.length === 0 ? (
            <Empty title="No training yet">
              The first one starts by itself when a workload has 24 observations, and again every
              night.
            </Empty>
          ) : (
            <>
              <DataTable
                label="Training runs"
                rows={found}
                columns={COLUMNS}
                rowKey={({ run_id }) => run_id}
                hrefOf={hrefOf}
              />
              {found.length === LIMIT && <p class="caption">The newest {LIMIT} runs.</p>}
            </>
          )
        }
      </Loaded>
      <StartTraining
        open={asking}
        onClose={() => setAsking(false)}
        onStarted={(id) => goTo(href(['pipeline'], { run: id }))}
      />
    </>
  );
}

function hrefOf({ run_id }: Run): string {
  return href(['pipeline'], { run: run_id });
}

const COLUMNS: readonly Column<Run>[] = [
  {
    id: 'created',
    title: 'Started',
    sortBy: ({ created_at }) => created_at,
    cell: (run) => (
      <a href={hrefOf(run)}>
        <Time at={run.created_at} />
      </a>
    ),
  },
  {
    id: 'state',
    title: 'State',
    sortBy: ({ state }) => state,
    cell: ({ state }) => <RunBadge state={state} />,
  },
  {
    id: 'trigger',
    title: 'Because',
    sortBy: ({ trigger }) => trigger,
    cell: ({ trigger }) => triggerText(trigger),
  },
  {
    id: 'workloads',
    title: 'Workloads',
    align: 'end',
    sortBy: ({ workloads }) => workloads,
    cell: ({ workloads }) => (workloads === null ? '–' : formatCount(workloads)),
  },
  {
    id: 'trained',
    title: 'Trained',
    align: 'end',
    priority: 2,
    sortBy: ({ trained }) => trained,
    cell: ({ trained }) => formatCount(trained),
  },
  {
    id: 'refused',
    title: 'Refused',
    align: 'end',
    sortBy: ({ refused }) => refused,
    cell: ({ refused }) => formatCount(refused),
  },
  {
    id: 'failed',
    title: 'Failed',
    align: 'end',
    sortBy: ({ failed }) => failed,
    cell: ({ failed }) => (
      <span class={failed > 0 ? 'loss' : undefined}>{formatCount(failed)}</span>
    ),
  },
  {
    id: 'duration',
    title: 'Took',
    align: 'end',
    sortBy: (run) => runMs(run, Date.now()),
    cell: (run) => formatDuration(runMs(run, Date.now())),
  },
  {
    id: 'id',
    title: 'Run',
    priority: 3,
    cell: ({ run_id }) => <code class="quiet">{run_id}</code>,
  },
];
