import type { GradeInfo } from '#contracts/http/grades.ts';
import type { Grade } from '#core/evaluate/grade.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { gradeReport, gradeTable } from '../render/grade-report.ts';

/** Something that `--fail-on` names was found. */
const EXIT_FINDINGS = 1;

export interface ScanFlags extends WorkloadFlags {
  readonly metric?: string;
  readonly horizon?: number;
  readonly failOn?: readonly Grade[];
}

/** Says of every metric and horizon what its forecasts are worth, and where not to use them. */
export async function scan(context: CommandContext, flags: ScanFlags): Promise<number> {
  return context.withSession(async ({ client }) => {
    const query = { ...workloadOf(flags), metric: flags.metric, horizon_minutes: flags.horizon };
    const answer = await client.call('listGrades', { query });
    context.print({
      data: answer,
      table: gradeTable(answer.grades),
      text: () => gradeReport(answer.grades, flags.horizon, context.terminal),
    });
    const isFinding = ({ grade }: GradeInfo) => flags.failOn?.includes(grade) ?? false;
    return answer.grades.some(isFinding) ? EXIT_FINDINGS : 0;
  });
}
