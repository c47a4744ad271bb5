import type { ContainerRightsizing, RightsizingResponse } from '#contracts/http/rightsizing.ts';
import { counted, formatShare } from '#core/units.ts';
import { printable } from '../failure.ts';
import { type Cell, renderTable, type Table, textCell, unknownCell } from './table.ts';
import { styled, type Terminal } from './terminal.ts';

/** Two rows a container, CPU and memory: what it has, what it should have, and why. */
export function rightsizingTable({ containers }: RightsizingResponse): Table {
  return {
    columns: [
      { title: 'Container', key: 'container_name', wraps: true },
      { title: 'Resource', key: 'resource' },
      { title: 'Now', key: 'current_request', align: 'right' },
      { title: 'Request', key: 'recommended_request', align: 'right' },
      { title: 'Limit', key: 'recommended_limit', align: 'right' },
      { title: 'Why', key: 'why', wraps: true },
    ],
    rows: containers.flatMap((container) => [row(container, 'cpu'), row(container, 'memory')]),
  };
}

function row(container: ContainerRightsizing, resource: 'cpu' | 'memory'): readonly Cell[] {
  const request = container.recommended_requests[resource];
  const limit = container.recommended_limits[resource];
  const why = container.reasons[resource].map(({ message }) => message).join('; ');
  return [
    textCell(container.container_name),
    textCell(resource),
    quantityCell(container.current_requests[resource]),
    quantityCell(request),
    // A request without a limit is a recommendation, too.
    limit === null && request !== null ? { text: 'none', raw: null } : quantityCell(limit),
    { ...textCell(why), dim: request === null },
  ];
}

function quantityCell(quantity: string | null): Cell {
  return quantity === null ? unknownCell() : textCell(quantity);
}

/** The recommendation as a terminal shows it: how it is made, in words, and the containers. */
export function rightsizingText(answer: RightsizingResponse, terminal: Terminal): string {
  const { parameters } = answer;
  const mark = answer.simulated ? `  ${styled('SIMULATED', 'yellow', terminal)}` : '';
  const title = printable(`${answer.namespace}/${answer.service_name} sizes of one replica`);
  const lines: readonly (readonly [string, string])[] = [
    ['strategy', strategyOf(answer)],
    ['window', `${counted(parameters.duration_hours, 'hour')} (--duration-hours)`],
    [
      'floors',
      `${parameters.cpu_floor} CPU (--cpu-floor), ${parameters.memory_floor} memory (--memory-floor)`,
    ],
    ...useLines(answer),
  ];
  const body = lines.map(([name, text]) => `  ${name.padEnd(9)} ${text}`).join('\n');
  const table = renderTable(rightsizingTable(answer), terminal);
  return `${styled(title, 'bold', terminal)}${mark}\n${body}\n\n${table}`;
}

function strategyOf({ strategy, parameters }: RightsizingResponse): string {
  const { cpu_percentile, cpu_margin, memory_buffer_percentage, level } = parameters;
  return strategy === 'statistical'
    ? `statistical: CPU covers P${cpu_percentile}, memory the greatest use + ${memory_buffer_percentage} % (--strategy)`
    : `ml: the upper ${formatShare(level)} bound of the next day, CPU x ${cpu_margin}, memory + ${memory_buffer_percentage} % (--strategy)`;
}

/** What the use of one replica rests on, once each. */
function useLines({ containers }: RightsizingResponse): readonly (readonly [string, string])[] {
  const said = containers.flatMap(({ reasons }) =>
    reasons.use.map(({ code, message }) => printable(`${message} (${code})`)),
  );
  return [...new Set(said)].map((text) => ['because', text] as const);
}
