import type { ReplayPolicy, ReplayReport } from '#contracts/http/replay.ts';
import { addMs, durationMs, SECOND } from '#core/time.ts';
import { formatCount, formatGain, scaleFor } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import { renderChart } from './chart.ts';
import { renderTable, type Table, textCell, unknownCell } from './table.ts';
import { styled, type Terminal } from './terminal.ts';
import { momentOf, type TimeFormat } from './time.ts';

/** The policies by the names that people read. */
export const POLICY_WORDS: Readonly<Record<ReplayPolicy['name'], string>> = {
  static: 'static, same cost',
  static_peak: 'static, for the peak',
  reactive: 'reactive, tuned',
  helios: 'Helios',
  oracle: 'oracle (the bound)',
};

/** What a report is of, in words. */
export function replaySubject({ workload, metric, simulated }: ReplayReport): string {
  const of = workload ? workloadLabel(workload) : 'data given';
  return `${metric} of ${of}${simulated ? ' (simulated)' : ''}`;
}

/** What a policy was set to, in words. */
export function settingsText({ name, settings }: ReplayPolicy): string {
  const percent = (key: string) => `${Math.round(100 * (settings[key] ?? 0))} %`;
  const minutes = (key: string) => `${(settings[key] ?? 0) / 60} min`;
  switch (name) {
    case 'static':
    case 'static_peak':
      return `${settings.units} units`;
    case 'reactive':
      return `target ${percent('target_utilization')}, tolerance ${percent('tolerance')}, scale-in after ${minutes('scale_in_stabilization_seconds')}, cooldown ${minutes('scale_out_cooldown_seconds')}`;
    case 'helios':
      return `target ${percent('target_utilization')}, quantile ${settings.quantile}, scale-in after ${minutes('scale_in_window_seconds')} below ${percent('scale_in_below')}`;
    case 'oracle':
      return 'knows the future';
  }
}

/** The policies of a replay, a row each. */
export function replayTable({ policies }: ReplayReport): Table {
  const hasCost = policies.some(({ cost }) => cost !== null);
  const number = (title: string, key: string) => ({ title, key, align: 'right' }) as const;
  const amount = (value: number, digits = 0) => ({
    text: formatCount(Number(value.toFixed(digits))),
    raw: value,
  });
  return {
    columns: [
      { title: 'policy', key: 'policy' },
      number('under capacity, min', 'under_capacity_minutes'),
      number('slow, min', 'slo_minutes'),
      number('unit-hours', 'unit_hours'),
      number('to reactive', 'cost_difference'),
      ...(hasCost ? [number('cost', 'cost')] : []),
      number('out', 'scale_outs'),
      number('in', 'scale_ins'),
      { title: 'settings', key: 'settings', wraps: true },
    ],
    rows: policies.map((policy) => [
      textCell(POLICY_WORDS[policy.name]),
      amount(policy.under_capacity_minutes),
      amount(policy.slo_minutes),
      amount(policy.unit_hours),
      { text: formatGain(policy.cost_difference), raw: policy.cost_difference },
      ...(hasCost ? [policy.cost === null ? unknownCell() : amount(policy.cost, 2)] : []),
      amount(policy.scale_outs),
      amount(policy.scale_ins),
      textCell(settingsText(policy)),
    ]),
  };
}

/** How the replay was made, in lines that name what changes it. */
export function replayMethod({ settings, ...report }: ReplayReport): readonly string[] {
  const unit = settings.capacity_is === 'given' ? 'given' : 'chosen; --capacity states it';
  return [
    `${formatCount(report.steps)} steps of ${report.step_seconds} s; settings are chosen before ${report.judged_from}, policies judged from there to ${report.to}`,
    `a unit serves ${Number(settings.capacity_per_unit.toPrecision(4))} (${unit}) and starts in ${settings.start_up_seconds} s (--start-up); slow is above ${Math.round(100 * settings.slo_utilization)} % (--slo)`,
    `reactive: the best of 540 settings of target tracking; all policies see demand that is ${settings.metric_lag_steps} step${settings.metric_lag_steps === 1 ? '' : 's'} old (--lag), also while it is short of capacity`,
    `Helios: the decision code that is served, with forecasts as they would have been issued (${report.forecasters.join(', ')}); its headroom is set so that both cost the same, and steps, cooldowns and grades do not hold it back`,
  ];
}

const CHART_HEIGHT = 8;

/** A replay as a terminal shows it. */
export function replayText(
  report: ReplayReport,
  { terminal, time }: { readonly terminal: Terminal; readonly time: TimeFormat },
): string {
  const dim = (line: string) => styled(printable(line), 'dim', terminal);
  const notes = report.notes.map(({ message }) => dim(`note: ${message}`));
  return [
    styled(printable(`replay of ${replaySubject(report)}`), 'bold', terminal),
    ...replayMethod(report).map(dim),
    '',
    renderTable(replayTable(report), terminal).trimEnd(),
    styled(report.verdict.sentence, 'bold', terminal),
    ...notes,
    '',
    dim('demand in units (solid), units of Helios (dashed), marked where it was short'),
    chartOf(report, terminal, time),
  ].join('\n');
}

function chartOf(
  { chart, judged_from, step_seconds }: ReplayReport,
  terminal: Terminal,
  time: TimeFormat,
): string {
  const start = momentOf(judged_from);
  const step = durationMs(step_seconds * SECOND);
  const ready = chart.ready.helios ?? [];
  const history = chart.demand.map((value, i) => ({
    at: addMs(start, step, i),
    value,
    expected: ready[i] ?? null,
    isMarked: value !== null && value > (ready[i] ?? Infinity),
  }));
  const scale = scaleFor('count', ready);
  return renderChart({ history, forecast: [], scale, time, height: CHART_HEIGHT }, terminal);
}
