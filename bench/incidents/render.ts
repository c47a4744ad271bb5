import { type Cell, type Column, renderTable, type Table, textCell } from '#cli/render/table.ts';
import type { Terminal } from '#cli/render/terminal.ts';
import type { IncidentReport, Recall } from './report-schema.ts';

/** A report as text, each table with what its numbers mean. Ends with a line feed. */
export function renderReport(report: IncidentReport, terminal: Terminal): string {
  const { labelled, healthy, settings, score_ms } = report;
  const { by_size, by_kind, three_and_more } = labelled;
  const sizes = by_size.map((each) => [`${each.from} to ${each.to}`, each] as const);
  const kinds = by_kind.map((each) => [each.kind, each] as const);
  return [
    `${settings.seeds.length} simulated web shops, ${settings.days} days each after ${settings.history_days} of history`,
    '',
    'Labelled incidents found, by size in multiples of the noise.',
    renderTable(recallTable('size', [...sizes, ['3 and more', three_and_more]]), terminal),
    'By kind.',
    renderTable(recallTable('kind', kinds), terminal),
    `Incidents that no label explains: ${labelled.unexplained}, ${aWeek(labelled.unexplained_per_week)}`,
    `False incidents of the shops without any: ${healthy.incidents} in ${healthy.weeks.toFixed(1)} weeks, ${aWeek(healthy.per_week)}`,
    `A scoring of one new row: ${score_ms.toFixed(1)} ms, the median`,
    '',
  ].join('\n');
}

function recallTable(key: string, rows: readonly (readonly [string, Recall])[]): Table {
  const number = (title: string, name: string): Column => ({ title, key: name, align: 'right' });
  return {
    columns: [
      { title: key, key },
      number('incidents', 'incidents'),
      number('found', 'found'),
      number('recall', 'recall'),
      number('delay, min', 'median_delay_minutes'),
    ],
    rows: rows.map(([name, { incidents, found, recall, median_delay_minutes }]) => [
      textCell(name),
      { text: String(incidents), raw: incidents },
      { text: String(found), raw: found },
      measured(recall, 2),
      measured(median_delay_minutes, 0),
    ]),
  };
}

function measured(value: number | null, digits: number): Cell {
  return { text: value === null ? '–' : value.toFixed(digits), raw: value };
}

function aWeek(count: number): string {
  return `${count.toFixed(2)} a shop and week`;
}
