import type { Recommendation } from '#contracts/http/recommend.ts';
import { formatShare } from '#core/units.ts';
import { Empty } from '../../components/empty.tsx';
import { Facts } from '../../components/facts.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Missing, Value } from '../../components/value.tsx';

interface SizeRow {
  readonly what: string;
  readonly present: string | null;
  readonly recommended: string | undefined;
}

/** Requests and limits as they are and as they should be, and what one replica needs. */
export function Rightsizing({ recommendation }: { readonly recommendation: Recommendation }) {
  const { rightsizing: block, current_state: now, actions } = recommendation;
  const resize = actions.find(({ action }) => action === 'resize');
  const rows: readonly SizeRow[] = [
    { what: 'CPU request', present: now.cpu_request, recommended: resize?.target_cpu_request },
    { what: 'CPU limit', present: now.cpu_limit, recommended: resize?.target_cpu_limit },
    {
      what: 'Memory request',
      present: now.memory_request,
      recommended: resize?.target_memory_request,
    },
    { what: 'Memory limit', present: now.memory_limit, recommended: resize?.target_memory_limit },
  ];
  if (!block) {
    return (
      <Empty title="No sizes yet">
        CPU in cores or memory in bytes of this workload is needed, and how many replicas share it;
        the reasons above name what is missing.
      </Empty>
    );
  }
  const { cpu_cores, memory_bytes, replicas, pipeline_type, fusion_weights } = block;
  return (
    <>
      <DataTable
        label="Requests and limits"
        rows={rows}
        columns={COLUMNS}
        rowKey={({ what }) => what}
      />
      <Facts
        items={[
          { term: 'CPU of a replica', value: <Value value={cpu_cores} unit="cores" /> },
          { term: 'Memory of a replica', value: <Value value={memory_bytes} unit="bytes" /> },
          { term: 'Replicas', value: replicas ?? <Missing reason="not known" /> },
          { term: 'Made of', value: pipeline_type },
          ...Object.entries(fusion_weights ?? {}).map(([member, weight]) => ({
            term: `Weight of ${member}`,
            value: formatShare(weight),
          })),
        ]}
      />
    </>
  );
}

const COLUMNS: readonly Column<SizeRow>[] = [
  { id: 'what', title: 'Size', cell: ({ what }) => what },
  {
    id: 'present',
    title: 'Present',
    align: 'end',
    cell: ({ present }) => present ?? <Missing reason="not stated" />,
  },
  {
    id: 'recommended',
    title: 'Recommended',
    align: 'end',
    cell: ({ recommended }) =>
      recommended === undefined ? (
        <span class="quiet">no change</span>
      ) : (
        <strong>{recommended}</strong>
      ),
  },
];
