import type { ModelDetail } from '#contracts/http/catalog.ts';
import { formatCount, unitOf } from '#core/units.ts';
import { Badge } from '../../components/badge.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Value } from '../../components/value.tsx';
import { Skill } from './models-overview.tsx';

type Member = ModelDetail['backtest'][number];

/** What every member of a version did in the same backtest, the best first. */
export function MemberTable({ model }: { readonly model: ModelDetail }) {
  return (
    <DataTable
      label="Members of this version"
      rows={model.backtest}
      columns={columnsOf(model)}
      rowKey={({ member }) => member}
      sortParam="members"
      initialSort="mae"
    />
  );
}

function columnsOf({ model, metric }: ModelDetail): readonly Column<Member>[] {
  const unit = unitOf(metric);
  return [
    {
      id: 'member',
      title: 'Member',
      sortBy: ({ member }) => member,
      cell: ({ member }) => (
        <>
          {member} {member === model && <Badge tone="good">serves</Badge>}
        </>
      ),
    },
    {
      id: 'mae',
      title: 'Mean error',
      align: 'end',
      sortBy: ({ pooled }) => pooled.mae,
      cell: ({ pooled }) => <Value value={pooled.mae} unit={unit} reason="not measured" />,
    },
    {
      id: 'rmse',
      title: 'Root mean square',
      align: 'end',
      priority: 3,
      sortBy: ({ pooled }) => pooled.rmse,
      cell: ({ pooled }) => <Value value={pooled.rmse} unit={unit} reason="not measured" />,
    },
    {
      id: 'wape',
      title: 'Weighted share',
      hint: 'sum of errors / sum of values',
      align: 'end',
      priority: 3,
      sortBy: ({ pooled }) => pooled.wape,
      cell: ({ pooled }) => <Value value={pooled.wape} unit="ratio" reason="not measured" />,
    },
    {
      id: 'naive',
      title: 'Against naive',
      align: 'end',
      sortBy: ({ pooled }) => pooled.skill_vs_naive,
      cell: ({ pooled }) => <Skill value={pooled.skill_vs_naive} />,
    },
    {
      id: 'seasonal',
      title: 'Against seasonal naive',
      align: 'end',
      priority: 2,
      sortBy: ({ pooled }) => pooled.skill_vs_seasonal_naive,
      cell: ({ pooled }) => <Skill value={pooled.skill_vs_seasonal_naive} />,
    },
    {
      id: 'cases',
      title: 'Cases',
      align: 'end',
      priority: 2,
      cell: ({ pooled }) => formatCount(pooled.cases),
    },
  ];
}
