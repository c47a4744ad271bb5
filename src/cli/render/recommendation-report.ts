import type { ActionItem, Recommendation, RecommendResponse } from '#contracts/http/recommend.ts';
import { formatShare } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import { renderMarkdown, renderTable, type Table, textCell } from './table.ts';
import { styled, type Terminal } from './terminal.ts';
import { momentOf, type TimeFormat } from './time.ts';

interface TextOptions {
  readonly terminal: Terminal;
  readonly time: TimeFormat;
}

/** The actions as a table. */
export function recommendationTable(recommendation: Recommendation): Table {
  return {
    columns: [
      { title: 'Action', key: 'action' },
      { title: 'From', key: 'from' },
      { title: 'To', key: 'to' },
      { title: 'Why', key: 'reason', wraps: true },
      { title: 'Code', key: 'reason_code' },
    ],
    rows: recommendation.actions.map((item) => [
      textCell(item.action),
      textCell(fromText(item, recommendation)),
      textCell(toText(item)),
      textCell(item.reason),
      textCell(item.reason_code),
    ]),
  };
}

function fromText(item: ActionItem, { current_state }: Recommendation): string {
  const { replicas, cpu_request, memory_request } = current_state;
  if (item.action === 'resize') {
    const cpu = item.target_cpu_request === undefined ? [] : [`cpu ${cpu_request ?? '?'}`];
    const memory =
      item.target_memory_request === undefined ? [] : [`memory ${memory_request ?? '?'}`];
    return [...cpu, ...memory].join(', ');
  }
  return replicas === null ? '?' : String(replicas);
}

function toText(item: ActionItem): string {
  if (item.action !== 'resize') return item.target_replicas?.toString() ?? '?';
  const parts = [
    ['cpu', item.target_cpu_request],
    ['memory', item.target_memory_request],
    ['cpu limit', item.target_cpu_limit],
    ['memory limit', item.target_memory_limit],
  ];
  return parts.flatMap(([name, amount]) => (amount ? [`${name} ${amount}`] : [])).join(', ');
}

/** A recommendation as a terminal shows it: what it is made of, the actions, and until when it holds. */
export function recommendationText(
  answer: RecommendResponse,
  recommendation: Recommendation,
  { terminal, time }: TextOptions,
): string {
  const { cluster, namespace, workload: deployment, container } = recommendation;
  const label = workloadLabel({ cluster, namespace, deployment, container });
  const mark = recommendation.simulated ? `  ${styled('SIMULATED', 'yellow', terminal)}` : '';
  const facts = factsOf(answer, recommendation, time);
  const lines = facts.map(([name, text]) => `  ${name.padEnd(10)} ${printable(text)}\n`).join('');
  const explanation = recommendation.explanation ?? [];
  return [
    `${styled(printable(label), 'bold', terminal)}${mark}\n${lines}`,
    ...(explanation.length > 0
      ? [explanation.map((line) => `  ${printable(line)}\n`).join('')]
      : []),
    renderTable(recommendationTable(recommendation), terminal) + commandText(recommendation),
  ].join('\n');
}

type Fact = readonly [string, string];

function factsOf(
  answer: RecommendResponse,
  each: Recommendation,
  time: TimeFormat,
): readonly Fact[] {
  const at = (iso: string) => time.dateTime(momentOf(iso));
  const { current_state, measured, demand, cost } = each;
  const facts: Fact[] = [
    ['replicas', `${current_state.replicas ?? '?'} (${current_state.replicas_source})`],
    [
      'measured',
      measured === null
        ? '? no utilisation was measured lately'
        : `${formatShare(measured.utilization)} of ${measured.replicas} in use until ${at(measured.at)}, ${measured.need ?? '?'} needed for it`,
    ],
    ['demand', demandText(demand)],
    [
      'plan',
      `quantile ${each.quantile} at ${each.lead_time_seconds} s lead time, used ${formatShare(answer.metadata.target_utilization)}; --cost-optimize, --performance, --lead-time and -t change it`,
    ],
  ];
  if (each.target_replicas !== null) {
    facts.push(['band', `${each.lower_replicas ?? '?'} to ${each.upper_replicas ?? '?'} replicas`]);
  }
  if (each.p_short !== null) {
    facts.push(['risk', `short with a probability of at most ${formatShare(each.p_short)}`]);
  }
  if (cost && cost.change_per_month !== 0) facts.push(['cost', costText(cost)]);
  if (answer.metadata.cooldown_active) facts.push(['cooldown', 'the last change is young']);
  facts.push(...each.reasons.map(({ code, message }): Fact => ['because', `${message} (${code})`]));
  const by = each.execute_by === null ? '' : `act by ${at(each.execute_by)}, `;
  facts.push(['valid', `${by}valid until ${at(each.valid_until)}`]);
  return facts;
}

function demandText(demand: Recommendation['demand']): string {
  if (demand === null) return '? it cannot be told from utilisation: see the reasons';
  const { metric, value, unit, capacity_per_replica, capacity_source, fit } = demand;
  const shown = (amount: number | null) => (amount === null ? '?' : Number(amount.toPrecision(4)));
  const expected = value === null ? '? no forecast may act' : `up to ${shown(value)} ${unit}`;
  const learned = fit ? `, ${formatShare(fit.explained)} explained by ${fit.rows} rows` : '';
  return `${metric}: ${expected}; one replica serves ${shown(capacity_per_replica)} (${capacity_source}${learned})`;
}

function costText({ change_per_month: change }: NonNullable<Recommendation['cost']>): string {
  if (change === 0) return 'does not change';
  const amount = Math.abs(change).toFixed(2);
  return change < 0 ? `saves ${amount} a month` : `costs ${amount} more a month`;
}

/** What carries the change of replicas out, ready to be copied. */
function commandText({ actions, workload, namespace, simulated }: Recommendation): string {
  const scaling = actions.find(({ action }) => action === 'scale_out' || action === 'scale_in');
  if (scaling?.target_replicas === undefined || simulated) return '';
  return `kubectl scale deployment/${printable(workload)} --namespace ${printable(namespace)} --replicas ${scaling.target_replicas}\n`;
}

/** A recommendation as a report for a pull request. */
export function recommendationMarkdown(recommendation: Recommendation, time: TimeFormat): string {
  const at = (iso: string) => time.dateTime(momentOf(iso));
  const { cluster, namespace, workload: deployment, container, cost } = recommendation;
  const label = workloadLabel({ cluster, namespace, deployment, container });
  const facts: Table = {
    columns: [
      { title: 'Recommendation', key: 'name' },
      { title: 'Value', key: 'value' },
    ],
    rows: [
      ['workload', recommendation.simulated ? `${label} (simulated)` : label],
      ['decision', recommendation.decision],
      [
        'replicas',
        `${recommendation.current_state.replicas ?? '?'} → ${recommendation.target_replicas ?? '?'}`,
      ],
      ['demand', demandText(recommendation.demand)],
      [
        'risk to be short',
        recommendation.p_short === null ? '?' : `at most ${formatShare(recommendation.p_short)}`,
      ],
      ['cost', cost ? costText(cost) : '? no price is configured'],
      ['valid until', at(recommendation.valid_until)],
    ].map((row) => row.map(textCell)),
  };
  const reasons: Table = {
    columns: [
      { title: 'Reason', key: 'code' },
      { title: 'Because', key: 'message' },
    ],
    rows: recommendation.reasons.map(({ code, message }) => [textCell(code), textCell(message)]),
  };
  const arithmetic: Table = {
    columns: [{ title: 'Arithmetic', key: 'line' }],
    rows: (recommendation.explanation ?? []).map((line) => [textCell(line)]),
  };
  return [facts, recommendationTable(recommendation), reasons, arithmetic]
    .filter(({ rows }) => rows.length > 0)
    .map(renderMarkdown)
    .join('\n');
}
