import { useMemo } from 'preact/hooks';
import type { ReplayPolicy, ReplayReport } from '#contracts/http/replay.ts';
import { counted, formatCount, formatGain } from '#core/units.ts';
import { Chart } from '../../chart/chart.tsx';
import { Badge, type Tone } from '../../components/badge.tsx';
import { type Fact, Facts } from '../../components/facts.tsx';
import { workloadTitle } from '../../components/name.tsx';
import { Reasons } from '../../components/refused.tsx';
import { type Column, DataTable } from '../../components/table/data-table.tsx';
import { Time } from '../../components/time.tsx';
import { Value } from '../../components/value.tsx';
import { ShareBar } from '../share-bar.tsx';
import { seconds } from './decision.ts';
import { POLICIES, replayChart } from './replay-chart.ts';

const FINDINGS: Readonly<
  Record<ReplayReport['verdict']['finding'], { readonly tone: Tone; readonly text: string }>
> = {
  helios_better: { tone: 'good', text: 'Helios is better' },
  as_good: { tone: 'quiet', text: 'as good as reactive' },
  reactive_better: { tone: 'warn', text: 'reactive is better' },
  not_comparable: { tone: 'quiet', text: 'not comparable' },
};

/** The verdict of a replay, its policies beside each other, and the judged half as a chart. */
export function ReplayReportView({ report }: { readonly report: ReplayReport }) {
  const chart = useMemo(() => replayChart(report), [report]);
  const { verdict, policies, workload } = report;
  const { tone, text } = FINDINGS[verdict.finding];
  const name = workload ? workloadTitle(workload) : 'history';
  return (
    <>
      <p class="verdict">
        <Badge tone={tone}>{text}</Badge> <bdi>{verdict.sentence}</bdi>
      </p>
      <DataTable
        label="What each policy would have done"
        rows={policies}
        columns={columnsOf(policies)}
        rowKey={(policy) => policy.name}
        sortParam="policies"
      />
      <h3>Units ready and demand, judged half</h3>
      <Chart model={chart} label={`Replay of ${name}`} name={`replay-${name}`} height={280} />
      <Facts items={factsOf(report)} />
      <Reasons reasons={report.notes} />
    </>
  );
}

function columnsOf(policies: readonly ReplayPolicy[]): readonly Column<ReplayPolicy>[] {
  const most = Math.max(...policies.map((policy) => policy.under_capacity_minutes));
  const minutes = (count: number) => formatCount(Math.round(count));
  return [
    {
      id: 'policy',
      title: 'Policy',
      cell: ({ name }) => (
        <span class="stacked">
          <span>{POLICIES[name].name}</span>
          <span class="quiet small">{POLICIES[name].says}</span>
        </span>
      ),
    },
    {
      id: 'under',
      title: 'Minutes under capacity',
      align: 'end',
      cell: ({ under_capacity_minutes: under }) => (
        <ShareBar share={most > 0 ? under / most : 0} tone="bad" text={minutes(under)} />
      ),
    },
    {
      id: 'slo',
      title: 'Minutes slow',
      hint: 'utilisation above that of the objective',
      align: 'end',
      priority: 3,
      cell: ({ slo_minutes }) => minutes(slo_minutes),
    },
    {
      id: 'hours',
      title: 'Unit-hours',
      align: 'end',
      cell: ({ unit_hours }) => minutes(unit_hours),
    },
    {
      id: 'difference',
      title: 'Against reactive',
      hint: 'unit-hours',
      align: 'end',
      priority: 2,
      cell: ({ cost_difference }) => formatGain(cost_difference),
    },
    {
      id: 'changes',
      title: 'Out / in',
      hint: 'how often it scaled',
      align: 'end',
      priority: 3,
      cell: ({ scale_outs, scale_ins }) => `${scale_outs} / ${scale_ins}`,
    },
  ];
}

function factsOf({
  metric,
  unit,
  settings,
  forecasters,
  ...report
}: ReplayReport): readonly Fact[] {
  return [
    { term: 'Demand', value: <bdi>{metric}</bdi> },
    { term: 'Judged from', value: <Time at={report.judged_from} /> },
    { term: 'To', value: <Time at={report.to} /> },
    {
      term: 'Capacity of a unit',
      value: <Value value={settings.capacity_per_unit} unit={unit} />,
      note: settings.capacity_is,
    },
    { term: 'Start-up', value: seconds(settings.start_up_seconds) },
    { term: 'Newest measurement', value: `${counted(settings.metric_lag_steps, 'step')} old` },
    { term: 'Forecast by', value: forecasters.join(', ') },
  ];
}
