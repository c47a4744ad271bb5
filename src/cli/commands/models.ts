import type { ModelDetail, ModelInfo } from '#contracts/http/catalog.ts';
import { formatCount, formatGain, formatShare } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { printable } from '../failure.ts';
import { skillSentence } from '../render/skill.ts';
import { type Cell, renderTable, type Table, textCell, unknownCell } from '../render/table.ts';
import { styled } from '../render/terminal.ts';
import { momentOf, type TimeFormat } from '../render/time.ts';
import { comparisonTable } from '../render/training-report.ts';

export interface ModelFlags extends WorkloadFlags {
  readonly metric?: string;
  readonly stage?: string;
}

/** Lists model versions. */
export async function listModels(context: CommandContext, flags: ModelFlags): Promise<number> {
  return context.withSession(async ({ client }) => {
    const query = { ...workloadOf(flags), metric: flags.metric, stage: flags.stage };
    const answer = await client.call('listModels', { query });
    const table = modelTable(answer.models, context.time);
    context.print({
      data: answer,
      table,
      text: () =>
        answer.models.length === 0
          ? 'no model yet: helios train\n'
          : `${renderTable(table, context.terminal)}${answer.models.length} versions\n`,
    });
    return 0;
  });
}

/** Shows one version: how it was trained, how every member did, how its band did. */
export async function showModel(context: CommandContext, id: string): Promise<number> {
  return context.withSession(async ({ client }) => {
    const model = await client.call('getModel', { params: { id } });
    context.print({
      data: model,
      table: comparisonTable([model]),
      text: () => modelText(model, context),
    });
    return 0;
  });
}

/** Makes a version the champion, or takes the champion back to the one before it. */
export async function changeChampion(
  context: CommandContext,
  operation: 'promoteModel' | 'rollbackModel',
  id: string,
): Promise<number> {
  return context.withSession(async ({ client }) => {
    const answer = await client.call(operation, { params: { id } });
    const { model, previous_version } = answer;
    context.print({
      data: answer,
      table: modelTable([model], context.time),
      text: () =>
        printable(
          `${workloadLabel(model.workload)} ${model.metric}: version ${model.version} serves now` +
            `, ${previous_version ?? 'none'} did before`,
        ).concat('\n'),
    });
    return 0;
  });
}

function modelTable(models: readonly ModelInfo[], time: TimeFormat): Table {
  const gain = (skill: number | null): Cell =>
    skill === null ? unknownCell() : { text: formatGain(skill), raw: skill };
  return {
    columns: [
      { title: 'Id', key: 'id' },
      { title: 'Stage', key: 'stage' },
      { title: 'Model', key: 'model' },
      { title: 'Trained', key: 'trained_at' },
      { title: 'vs naive', key: 'skill_vs_naive', align: 'right' },
      { title: 'vs yesterday', key: 'skill_vs_seasonal_naive', align: 'right' },
      { title: 'Cases', key: 'cases', align: 'right' },
    ],
    rows: models.map((model) => [
      textCell(model.id),
      textCell(model.stage),
      textCell(model.model),
      { text: time.dateTime(momentOf(model.trained_at)), raw: model.trained_at },
      gain(model.skill.vs_naive),
      gain(model.skill.vs_seasonal_naive),
      { text: formatCount(model.skill.cases), raw: model.skill.cases },
    ]),
  };
}

function modelText(model: ModelDetail, { terminal, time }: CommandContext): string {
  const at = (iso: string) => time.dateTime(momentOf(iso));
  const { from, to, steps } = model.training;
  const lines = [
    ['id', model.id],
    ['stage', `${model.stage}: ${model.decision.message} (${model.decision.code})`],
    ['answers', `${model.model} of ${model.members.join(', ')}`],
    ['trained', `${at(model.trained_at)} on ${formatCount(steps)} steps, ${at(from)} to ${at(to)}`],
    ['skill', skillSentence(model.skill, [])],
    ['sha256', model.sha256],
    ['run', model.run_id],
  ].map(([name, text]) => `  ${(name ?? '').padEnd(9)} ${printable(text ?? '')}`);
  const title = styled(
    printable(`${workloadLabel(model.workload)} ${model.metric}`),
    'bold',
    terminal,
  );
  const bands =
    model.coverage.length === 0 ? '' : `\n${renderTable(coverageTable(model), terminal)}`;
  return `${title}\n${lines.join('\n')}\n\n${renderTable(comparisonTable([model]), terminal)}${bands}`;
}

function coverageTable(model: ModelDetail): Table {
  return {
    columns: [
      { title: 'Steps ahead', key: 'steps' },
      { title: 'Band', key: 'level', align: 'right' },
      { title: 'Held', key: 'coverage', align: 'right' },
      { title: 'Cases', key: 'cases', align: 'right' },
    ],
    rows: model.coverage.map(({ from_step, to_step, level, coverage, cases }) => [
      textCell(from_step === to_step ? `${from_step}` : `${from_step}-${to_step}`),
      { text: formatShare(level), raw: level },
      coverage === null ? unknownCell() : { text: formatShare(coverage), raw: coverage },
      { text: formatCount(cases), raw: cases },
    ]),
  };
}
