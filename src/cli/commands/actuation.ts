import type { Actuation, ActuationOutcome, ActuationSwitch } from '#contracts/http/actuation.ts';
import { workloadLabel } from '#core/workload.ts';
import type { CommandContext } from '../command-context.ts';
import { printable } from '../failure.ts';
import { type Cell, renderTable, type Table, textCell, unknownCell } from '../render/table.ts';
import { momentOf, type TimeFormat } from '../render/time.ts';

export interface ActuationFlags {
  readonly note?: string;
}

/** Shows whether Helios may act, and its last run. */
export async function showActuation(context: CommandContext): Promise<number> {
  return context.withSession(async ({ client }) => {
    const answer = await client.call('readActuation', {});
    const table = outcomeTable(answer.last_run?.targets ?? []);
    context.print({ data: answer, table, text: () => actuationText(answer, table, context) });
    return 0;
  });
}

/** Stops all actuation, or lets it go on. */
export async function switchActuation(
  context: CommandContext,
  operation: 'stopActuation' | 'resumeActuation',
  flags: ActuationFlags,
): Promise<number> {
  return context.withSession(async ({ client }) => {
    const body = flags.note === undefined ? {} : { note: flags.note };
    const answer = await client.call(operation, { body });
    context.print({
      data: answer,
      table: switchTable(answer),
      text: () =>
        answer.stopped
          ? 'stopped: what is raised goes back with the next run, within some six minutes\n'
          : 'resumed: the next run, within five minutes, may raise minimums again\n',
    });
    return 0;
  });
}

function actuationText(
  { switch: state, last_run }: Actuation,
  table: Table,
  { terminal, time }: CommandContext,
): string {
  const lines = [switchLine(state, time)];
  if (!last_run) {
    return `${lines.join('\n')}\nit has never run: deploy it with actuation.enabled in helios.config.yaml\n`;
  }
  const how = last_run.dry_run ? 'a dry run, nothing was written' : 'it wrote what is listed';
  lines.push(`last run ${time.dateTime(momentOf(last_run.at))}: ${how}`);
  return `${printable(lines.join('\n'))}\n${renderTable(table, terminal)}`;
}

function switchLine({ stopped, changed_at, changed_by, note }: ActuationSwitch, time: TimeFormat) {
  const by = changed_by === null ? '' : ` by ${changed_by}`;
  const when = changed_at === null ? '' : ` since ${time.dateTime(momentOf(changed_at))}${by}`;
  return printable(
    `${stopped ? 'stopped' : 'not stopped'}${when}${note === null ? '' : `: ${note}`}`,
  );
}

function switchTable({ stopped, changed_at, changed_by, note }: ActuationSwitch): Table {
  return {
    columns: [
      { title: 'Stopped', key: 'stopped' },
      { title: 'Changed', key: 'changed_at' },
      { title: 'By', key: 'changed_by' },
      { title: 'Note', key: 'note' },
    ],
    rows: [[textCell(String(stopped)), ...[changed_at, changed_by, note].map(textOrNothing)]],
  };
}

function outcomeTable(outcomes: readonly ActuationOutcome[]): Table {
  return {
    columns: [
      { title: 'Workload', key: 'workload' },
      { title: 'Target', key: 'resource_id' },
      { title: 'Minimum', key: 'minimum', align: 'right' },
      { title: 'Maximum', key: 'maximum', align: 'right' },
      { title: 'Why', key: 'code', wraps: true },
      { title: 'Writes', key: 'writes', align: 'right' },
    ],
    rows: outcomes.map(({ workload, resource_id, minimum, maximum, because, steps }) => [
      textCell(workloadLabel(workload)),
      textCell(resource_id),
      count(minimum),
      count(maximum),
      { text: `${because.message} (${because.code})`, raw: because.code },
      count(steps.length),
    ]),
  };
}

function count(value: number | null): Cell {
  return value === null ? unknownCell() : { text: String(value), raw: value };
}

function textOrNothing(text: string | null): Cell {
  return { text: text ?? '', raw: text };
}
