import type { WhenResponse } from '#contracts/http/when.ts';
import { formatShare, formatSingle } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import { renderTable, type Table, unknownCell } from './table.ts';
import { styled, type Terminal } from './terminal.ts';
import { formatAge, formatStep, momentOf, type TimeFormat } from './time.ts';

/** A row a probability: by when the limit has been crossed. */
export function crossingTable({ crossing }: WhenResponse, time: TimeFormat): Table {
  return {
    columns: [
      { title: 'Probability', key: 'quantile', align: 'right' },
      { title: 'Crossed by', key: 'at' },
      { title: 'In', key: 'seconds', align: 'right' },
    ],
    rows: crossing.map(({ quantile, at, seconds }) => [
      { text: formatShare(quantile), raw: quantile },
      at === null
        ? unknownCell('not within the horizon')
        : { text: time.dateTime(momentOf(at)), raw: at },
      seconds === null ? unknownCell() : { text: formatAge(seconds), raw: seconds },
    ]),
  };
}

/** The answer as a terminal shows it: one sentence, what it rests on, the times. */
export function crossingText(
  answer: WhenResponse,
  { terminal, time }: { readonly terminal: Terminal; readonly time: TimeFormat },
): string {
  const limit = formatSingle(answer.limit, answer.unit);
  const title = `${workloadLabel(answer.workload)} ${answer.metric} ${answer.side} ${limit}`;
  const mark = answer.simulated ? `  ${styled('SIMULATED', 'yellow', terminal)}` : '';
  const at = (iso: string) => time.dateTime(momentOf(iso));
  const now = answer.current
    ? `${formatSingle(answer.current.value, answer.unit)} at ${at(answer.current.timestamp)}`
    : '? no value was measured lately';
  const lines: readonly (readonly [string, string])[] = [
    ['answer', sentenceOf(answer, at)],
    ['newest', now],
    ...answer.forecasts.map(({ model, step_seconds, until, version }) => {
      const trained = version === null ? ' (not trained)' : `, version ${version}`;
      const text = `${model}${trained}, steps of ${formatStep(step_seconds)} to ${at(until)}`;
      return ['forecast', printable(text)] as const;
    }),
    ...answer.reasons.map(
      ({ code, message }) => ['because', printable(`${message} (${code})`)] as const,
    ),
  ];
  const body = lines.map(([name, text]) => `  ${name.padEnd(9)} ${text}`).join('\n');
  const table = renderTable(crossingTable(answer, time), terminal);
  return `${styled(printable(title), 'bold', terminal)}${mark}\n${body}\n\n${table}`;
}

function sentenceOf(answer: WhenResponse, at: (iso: string) => string): string {
  const { probability, smallest_probability: least } = answer;
  const until = at(answer.horizon_until);
  switch (answer.status) {
    case 'beyond_now':
      return `it is ${answer.side} the limit now`;
    case 'unknown':
      return '? the forecast has no interval, so no probability can be given';
    case 'not_within_horizon':
      return `not by ${until}: less than ${formatShare(least ?? 0)} likely`;
    case 'expected':
      return `more likely than not: ${formatShare(probability ?? 0)} at least by ${until}`;
    case 'possible':
      return `rather not: ${formatShare(probability ?? 0)} at least by ${until}`;
  }
}
