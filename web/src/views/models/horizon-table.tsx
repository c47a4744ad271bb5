import type { ModelDetail } from '#contracts/http/catalog.ts';
import { formatCount, formatShare, unitOf } from '#core/units.ts';
import { Empty } from '../../components/empty.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Missing, Value } from '../../components/value.tsx';
import { type HorizonRow, horizonRows, horizonText, stepSeconds } from './horizons.ts';
import { Skill } from './models-overview.tsx';

/** Error, skill and coverage of what serves, the further ahead the further down. */
export function HorizonTable({ model }: { readonly model: ModelDetail }) {
  const rows = horizonRows(model);
  if (rows.length === 0) {
    return (
      <Empty title="Not scored by horizon">
        {model.model} was not scored in this backtest: there were too few origins.
      </Empty>
    );
  }
  const levels = [...new Set(rows.flatMap(({ coverage }) => coverage.map(({ level }) => level)))];
  return (
    <>
      <DataTable
        label="Backtest by horizon"
        rows={rows}
        columns={columnsOf(model, levels)}
        rowKey={({ fromStep }) => String(fromStep)}
      />
      <p class="quiet small">
        The bar is the error as a share of that of naive, which stands at the line. A band should
        hold what its level says.
      </p>
    </>
  );
}

function columnsOf(model: ModelDetail, levels: readonly number[]): readonly Column<HorizonRow>[] {
  const step = stepSeconds(model);
  const unit = unitOf(model.metric);
  return [
    {
      id: 'horizon',
      title: 'Ahead',
      cell: ({ fromStep, toStep }) => horizonText(fromStep, toStep, step),
    },
    {
      id: 'mae',
      title: 'Mean error',
      align: 'end',
      cell: ({ mae }) => <Value value={mae} unit={unit} reason="not measured" />,
    },
    {
      id: 'naive-mae',
      title: 'That of naive',
      align: 'end',
      priority: 2,
      cell: ({ naiveMae }) => <Value value={naiveMae} unit={unit} reason="not measured" />,
    },
    {
      id: 'relative',
      title: 'Error against naive',
      cell: ({ relative }) => <RelativeError relative={relative} />,
    },
    {
      id: 'skill',
      title: 'Skill',
      hint: 'share of the error of naive that is gone',
      align: 'end',
      cell: ({ skillVsNaive }) => <Skill value={skillVsNaive} />,
    },
    {
      id: 'seasonal',
      title: 'Against seasonal naive',
      align: 'end',
      priority: 3,
      cell: ({ skillVsSeasonalNaive }) => <Skill value={skillVsSeasonalNaive} />,
    },
    ...levels.map(
      (level): Column<HorizonRow> => ({
        id: `coverage-${level}`,
        title: `${formatShare(level)} band held`,
        align: 'end',
        priority: 2,
        cell: (row) => <Coverage row={row} level={level} />,
      }),
    ),
    {
      id: 'cases',
      title: 'Cases',
      align: 'end',
      priority: 2,
      cell: ({ cases }) => formatCount(cases),
    },
  ];
}

/** The line of naive stands here, so that errors up to 1.5 times as large can be seen. */
const NAIVE_AT = 1 / 1.5;

function RelativeError({ relative }: { readonly relative: number | null }) {
  if (relative === null) return <Missing reason="not measured" />;
  return (
    <span class="relative-error">
      <span class="relative-track" aria-hidden="true">
        <span
          class={relative < 1 ? 'relative-fill good' : 'relative-fill bad'}
          style={{ width: `${100 * Math.min(1, relative * NAIVE_AT)}%` }}
        />
        <span class="relative-naive" style={{ left: `${100 * NAIVE_AT}%` }} />
      </span>
      <span class="number">{formatShare(relative)}</span>
    </span>
  );
}

/** From here on a band has missed its level by too much to act on. */
const TOLERANCE = 0.05;

function Coverage({ row, level }: { readonly row: HorizonRow; readonly level: number }) {
  const found = row.coverage.find((each) => each.level === level);
  if (!found || found.coverage === null) return <Missing reason="not measured" />;
  const isOff = Math.abs(found.coverage - level) > TOLERANCE;
  return (
    <span
      class={isOff ? 'number loss' : 'number'}
      title={`of ${formatCount(found.cases)} forecasts${isOff ? ', more than 5 points off' : ''}`}
    >
      {formatShare(found.coverage)}
    </span>
  );
}
