import type { Feedback } from '#contracts/http/incidents.ts';
import type { Severity } from '#core/detect/severity.ts';
import { toIso } from '#core/time.ts';
import { counted, formatCount } from '#core/units.ts';
import {
  type CommandContext,
  type FromNow,
  type WorkloadFlags,
  workloadOf,
} from '../command-context.ts';
import { printable } from '../failure.ts';
import { incidentsText, incidentTable, isConcern } from '../render/incident-table.ts';

export interface IncidentFlags extends WorkloadFlags {
  readonly open?: boolean;
  readonly all?: boolean;
  readonly since?: FromNow;
  readonly severity?: Severity;
  readonly limit?: number;
}

export interface FeedbackFlags {
  readonly note?: string;
  readonly by?: string;
}

const DEFAULT_LIMIT = 100;

/** Lists incidents: the open ones, or with `--since` or `--all` also those that have ended. */
export async function listIncidents(
  context: CommandContext,
  flags: IncidentFlags,
): Promise<number> {
  const { since, limit = DEFAULT_LIMIT } = flags;
  const now = context.environment.clock.now();
  const isOpenOnly = flags.open === true || (!flags.all && since === undefined);
  return context.withSession(async ({ client }) => {
    const answer = await client.call('listIncidents', {
      query: {
        ...workloadOf(flags),
        state: isOpenOnly ? 'open' : 'all',
        severity: flags.severity,
        from: since && toIso(since(now)),
        limit,
      },
    });
    const { incidents } = answer;
    const { terminal, time } = context;
    context.print({
      data: answer,
      table: incidentTable(incidents, now, time),
      text: () => {
        if (incidents.length === 0) {
          return isOpenOnly
            ? 'no open incident; --all lists those that have ended\n'
            : 'no incident; helios detect looks at the newest data now\n';
        }
        return `${incidentsText(incidents, { terminal, time, now })}\n${captionOf(answer, limit)}`;
      },
    });
    return 0;
  });
}

function captionOf(
  { incidents }: { readonly incidents: Parameters<typeof isConcern>[0][] },
  limit: number,
): string {
  const open = incidents.filter(isConcern);
  const newest =
    incidents.length === limit ? `the newest ${formatCount(limit)}; --limit shows more; ` : '';
  const next = open.length > 0 ? "; known and no problem? helios incidents expect 'ID'" : '';
  return `${newest}${counted(incidents.length, 'incident')}, ${formatCount(open.length)} open and not expected${next}\n`;
}

/** Says of an incident what it was. It is stored with who said so, and respected from then on. */
export async function giveFeedback(
  context: CommandContext,
  id: string,
  label: Feedback['label'],
  flags: FeedbackFlags,
): Promise<number> {
  const { environment, time } = context;
  const by = flags.by ?? environment.env.USER ?? environment.env.USERNAME;
  const body = {
    label,
    ...(flags.note !== undefined && { note: flags.note }),
    ...(by && { by }),
  };
  return context.withSession(async ({ client }) => {
    const incident = await client.call('giveFeedback', { params: { id }, body });
    const { feedback } = incident;
    context.print({
      data: incident,
      table: incidentTable([incident], environment.clock.now(), time),
      text: () =>
        printable(
          `${incident.id} is marked ${feedback?.label ?? '?'}, by ${feedback?.by ?? '?'}: ${incident.message}`,
        ).concat('\n'),
    });
    return 0;
  });
}
