import type { ModelInfo, WorkloadInfo } from '#contracts/http/catalog.ts';
import { counted } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import type { CommandContext } from '../command-context.ts';
import type { AnswerOf } from '../operations.ts';
import { isConcern } from '../render/incident-table.ts';
import { skillWords } from '../render/skill.ts';
import { type Cell, renderTable, type Table, textCell, unknownCell } from '../render/table.ts';
import { formatAge, formatStep, momentOf } from '../render/time.ts';

/**
 * What Helios sees: its health, every workload and metric, how old the data are, what serves them, and
 * what is wrong with them now.
 */
export async function status(context: CommandContext): Promise<number> {
  return context.withSession(async ({ client, isInProcess }) => {
    const [health, { workloads }, { models }, { incidents }] = await Promise.all([
      client.call('health'),
      client.call('listWorkloads'),
      client.call('listModels'),
      client.call('listIncidents', { query: { state: 'open' } }),
    ]);
    const table = statusTable(workloads, models, momentOf(health.timestamp));
    context.print({
      data: { health, workloads, models, incidents },
      table,
      text: () => {
        const where = isInProcess
          ? `${context.settings.data_dir.value} (no server)`
          : client.endpoint;
        const head = `${healthLine(health, where)}${incidentLine(incidents)}`;
        if (workloads.length === 0) {
          return `${head}no workload has sent anything yet: helios import FILE, or helios serve\n`;
        }
        return `${head}\n${renderTable(table, context.terminal)}`;
      },
    });
    return 0;
  });
}

function healthLine(health: AnswerOf<'health'>, where: string): string {
  const age = health.data_age_seconds;
  const newest = age === null ? 'no data yet' : `newest data ${formatAge(age)} old`;
  return (
    `Helios ${health.version} at ${where} is ${health.status}, up ${formatAge(health.uptime_seconds)}\n` +
    `${health.workloads} workloads, ${health.models_loaded} models, ${newest}\n${heartbeatLine(health)}`
  );
}

/** Nothing where it is switched off. */
function heartbeatLine({ heartbeat }: AnswerOf<'health'>): string {
  if (heartbeat === null) return '';
  const { state, stage, message } = heartbeat;
  if (state === 'ok') return 'heartbeat ok\n';
  return `heartbeat ${state}${stage === null ? '' : ` at ${stage}`}: ${message}\n`;
}

/** Incidents that are known and no problem are not counted. */
function incidentLine(incidents: AnswerOf<'listIncidents'>['incidents']): string {
  const open = incidents.filter(isConcern).length;
  return open === 0
    ? 'no open incident\n'
    : `${counted(open, 'open incident')}: helios incidents\n`;
}

/** One row a metric of a workload. */
export function statusTable(
  workloads: readonly WorkloadInfo[],
  models: readonly ModelInfo[],
  now: number,
): Table {
  const keyOf = (label: string, metric: string) => `${label} ${metric}`;
  const serving = new Map<string, ModelInfo>();
  for (const model of models) {
    const key = keyOf(workloadLabel(model.workload), model.metric);
    if (model.stage === 'champion' || !serving.has(key)) serving.set(key, model);
  }
  const rows = workloads.flatMap((workload) => {
    const label = workloadLabel(workload.workload);
    const sources = workload.sources.join(' ');
    return workload.metrics.map(({ metric, last_seen }) => [
      textCell(label),
      textCell(metric),
      { text: formatStep(workload.step_seconds), raw: workload.step_seconds },
      ageCell(last_seen, now),
      ...modelCells(serving.get(keyOf(label, metric))),
      textCell(workload.simulated ? `${sources}, SIMULATED` : sources),
    ]);
  });
  return {
    columns: [
      { title: 'Workload', key: 'workload' },
      { title: 'Metric', key: 'metric' },
      { title: 'Step', key: 'step_seconds', align: 'right' },
      { title: 'Age', key: 'data_age_seconds', align: 'right' },
      { title: 'Model', key: 'model' },
      { title: 'Skill', key: 'skill_vs_seasonal_naive' },
      { title: 'Source', key: 'sources' },
    ],
    rows,
  };
}

function ageCell(lastSeen: string | null, now: number): Cell {
  if (lastSeen === null) return unknownCell('never seen');
  const seconds = Math.round((now - momentOf(lastSeen)) / 1_000);
  return { text: formatAge(seconds), raw: seconds };
}

function modelCells(model: ModelInfo | undefined): readonly Cell[] {
  if (!model) return [{ ...textCell('naive'), dim: true }, unknownCell('not trained yet')];
  if (model.stage !== 'champion') {
    return [{ ...textCell('naive'), dim: true }, unknownCell('no version has won yet')];
  }
  const { vs_seasonal_naive: yesterday, vs_naive: naive } = model.skill;
  if (yesterday !== null) {
    return [textCell(model.model), { text: skillWords(yesterday, 'yesterday'), raw: yesterday }];
  }
  const skill =
    naive === null ? unknownCell('not measured') : { text: skillWords(naive, 'naive'), raw: null };
  return [textCell(model.model), skill];
}
