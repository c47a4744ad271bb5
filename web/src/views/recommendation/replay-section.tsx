import { useState } from 'preact/hooks';
import type { WorkloadRef } from '#contracts/http/common.ts';
import type { ReplayDetail, ReplayList, ReplayRun } from '#contracts/http/replay.ts';
import { withQuery, workloadQuery } from '../../api/query.ts';
import { useResource } from '../../api/use-resource.ts';
import { Empty } from '../../components/empty.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Refused } from '../../components/refused.tsx';
import { Section } from '../../components/section.tsx';
import { formatDay } from '../../format/time.ts';
import { useQueryState } from '../../routing/use-place.ts';
import { useLive } from '../use-live.ts';
import { ReplayReportView } from './replay-report.tsx';
import { StartReplay } from './start-replay.tsx';

/** What other ways to scale would have done in the past of a workload. */
export function ReplaySection({ workload }: { readonly workload: WorkloadRef }) {
  const path = withQuery('/api/v1/replay', { ...workloadQuery(workload), limit: 20 });
  const replays = useResource<ReplayList>(path);
  const [chosen, choose] = useQueryState('replay', '');
  const [asking, setAsking] = useState(false);
  const runs = replays.data?.runs ?? [];
  const shown = chosen || runs[0]?.run_id;
  const aside = (
    <>
      {runs.length > 1 && shown && <RunChoice runs={runs} shown={shown} onChange={choose} />}
      <button type="button" onClick={() => setAsking(true)}>
        Start a replay
      </button>
    </>
  );
  return (
    <Section title="Replay of the past" aside={aside}>
      <Loaded resource={replays} what="replays">
        {() =>
          shown ? (
            <Replay key={shown} id={shown} />
          ) : (
            <Empty title="No replay yet">
              A replay runs static, reactive and predictive scaling over the stored past of this
              workload and counts the minutes under capacity of each. It takes about a minute.
            </Empty>
          )
        }
      </Loaded>
      <StartReplay
        workload={workload}
        open={asking}
        onClose={() => setAsking(false)}
        onStarted={choose}
      />
    </Section>
  );
}

function RunChoice({
  runs,
  shown,
  onChange,
}: {
  readonly runs: readonly ReplayRun[];
  readonly shown: string;
  readonly onChange: (id: string) => void;
}) {
  const now = Date.now();
  return (
    <label class="field">
      <span>Replay of</span>
      <select value={shown} onChange={(event) => onChange(event.currentTarget.value)}>
        {runs.map(({ run_id, created_at, state }) => (
          <option key={run_id} value={run_id}>
            {formatDay(Date.parse(created_at), now)}
            {state === 'succeeded' ? '' : `, ${state}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Replay({ id }: { readonly id: string }) {
  const path = `/api/v1/replay/${encodeURIComponent(id)}`;
  const detail = useLive<ReplayDetail>(path, ({ run }) => run.finished_at !== null);
  return (
    <Loaded resource={detail} what="replay">
      {({ run, report }) => {
        if (report) return <ReplayReportView report={report} />;
        if (run.error) return <Refused title={`The replay has ${run.state}`} reason={run.error} />;
        if (run.finished_at !== null) {
          return <Empty title="The replay has left no report">{run.run_id}</Empty>;
        }
        return (
          <p class="loading" role="status">
            The replay is {run.state} …
          </p>
        );
      }}
    </Loaded>
  );
}
