import type { Agent, AgentChange, AgentList } from '#contracts/http/agents.ts';
import { formatCount, formatSingle } from '#core/units.ts';
import { useApi } from '../../api/api-context.ts';
import { useChange } from '../../api/use-change.ts';
import { useRefresh, useResource } from '../../api/use-resource.ts';
import { Badge, type Tone } from '../../components/badge.tsx';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Name } from '../../components/name.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Time } from '../../components/time.tsx';

const AGENTS = '/api/v1/agents';

const STATUS: Readonly<Record<Agent['status'], Tone>> = {
  online: 'good',
  late: 'warn',
  offline: 'bad',
};

/** When each agent was heard of, what waits at it and what it lost; and pausing it, where allowed. */
export function Agents({ everyMs }: { readonly everyMs: number }) {
  const agents = useResource<AgentList>(AGENTS, { everyMs });
  const { mayOperate } = useApi();
  const { run, busy, failure } = useChange<Agent>();
  const refresh = useRefresh();
  const pause = (id: string, paused: boolean) => {
    const body: AgentChange = { paused };
    const path = `${AGENTS}/${encodeURIComponent(id)}`;
    run({ path, method: 'PATCH', body }, () => refresh(AGENTS));
  };
  return (
    <Loaded resource={agents} what="agents">
      {({ agents: rows }) =>
        rows.length === 0 ? (
          <Empty title="No agent was heard of in the last 30 days">
            An agent sends what a machine of your own measures: <code>helios-agent</code> starts
            one, and its first heartbeat brings it here.
          </Empty>
        ) : (
          <>
            <DataTable
              label="Agents"
              rows={rows}
              columns={mayOperate ? [...COLUMNS, pauseColumn(pause, busy)] : COLUMNS}
              rowKey={({ id }) => id}
              sortParam="agents"
            />
            {failure && <Failure error={failure} />}
            {!mayOperate && (
              <p class="quiet small">
                Pausing takes a caller who signs: <code>PATCH {AGENTS}/ID</code>.
              </p>
            )}
          </>
        )
      }
    </Loaded>
  );
}

const COLUMNS: readonly Column<Agent>[] = [
  {
    id: 'agent',
    title: 'Agent',
    sortBy: ({ id }) => id,
    cell: ({ id, hostname, agent_version }) => (
      <span class="stacked">
        <Name text={id} />
        <span class="quiet small">
          <Name text={`${hostname} · ${agent_version}`} />
        </span>
      </span>
    ),
  },
  {
    id: 'status',
    title: 'State',
    cell: ({ status, paused, commands }) => (
      <>
        <Badge tone={STATUS[status]}>{status}</Badge>
        {commands.paused && (
          <Badge tone="info">{paused ? 'paused' : 'pauses at its next heartbeat'}</Badge>
        )}
      </>
    ),
  },
  {
    id: 'heartbeat',
    title: 'Heartbeat',
    sortBy: ({ last_seen }) => last_seen,
    cell: ({ last_seen }) => <Time at={last_seen} form="age" />,
  },
  {
    id: 'sources',
    title: 'Sources',
    priority: 2,
    cell: ({ sources }) => <AgentSources sources={sources} />,
  },
  {
    id: 'waiting',
    title: 'Waiting',
    hint: 'samples that could not be sent yet',
    align: 'end',
    cell: ({ buffer }) => (
      <span class="stacked">
        <span>{formatCount(buffer.waiting_samples)}</span>
        <span class="number quiet small">
          {formatSingle(buffer.waiting_bytes, 'bytes')}
          {buffer.on_disk ? '' : ', not on disk'}
        </span>
      </span>
    ),
  },
  {
    id: 'dropped',
    title: 'Dropped',
    hint: 'samples given up for lack of room',
    align: 'end',
    cell: ({ buffer }) => (
      <span class={buffer.dropped_samples > 0 ? 'loss' : undefined}>
        {formatCount(buffer.dropped_samples)}
      </span>
    ),
  },
  {
    id: 'sent',
    title: 'Sent',
    align: 'end',
    priority: 3,
    cell: ({ sent_samples }) => formatCount(sent_samples),
  },
];

function AgentSources({ sources }: { readonly sources: Agent['sources'] }) {
  const failing = sources.filter(({ state }) => state === 'failing');
  if (failing.length === 0) return <>{formatCount(sources.length)} ok</>;
  return (
    <span class="problem">
      {failing.map(({ name, last_problem }) => (
        <span key={name}>
          <Badge tone="bad">
            <bdi>{name}</bdi>
          </Badge>{' '}
          <bdi>{last_problem?.message ?? 'fails'}</bdi>
        </span>
      ))}
    </span>
  );
}

function pauseColumn(pause: (id: string, paused: boolean) => void, busy: boolean): Column<Agent> {
  return {
    id: 'pause',
    title: 'Collection',
    cell: ({ id, commands }) => (
      <button
        type="button"
        disabled={busy}
        aria-label={`${commands.paused ? 'Resume' : 'Pause'} ${id}`}
        onClick={() => pause(id, !commands.paused)}
      >
        {commands.paused ? 'Resume' : 'Pause'}
      </button>
    ),
  };
}
