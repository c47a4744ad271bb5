import type { GradeInfo } from '#contracts/http/grades.ts';
import {
  COVERAGE_SHORTFALL_ALLOWED,
  FORECASTS_NEEDED,
  type Grade,
  type Permission,
  SKILL_NEEDED,
} from '#core/evaluate/grade.ts';
import { counted, formatGain, formatShare } from '#core/units.ts';
import { workloadKey, workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import {
  type Cell,
  renderTable,
  type Table,
  textCell,
  unknownCell,
  withoutColumns,
} from './table.ts';
import { styled, type Terminal } from './terminal.ts';

const GRADE_WORDS: Readonly<Record<Grade, string>> = {
  predictable: 'predictable',
  trend_only: 'trend only',
  reactive_is_fine: 'reactive is fine',
  unforecastable: 'unforecastable',
  too_little_data: 'too little data',
};

const PERMISSION_WORDS: Readonly<Record<Permission, string>> = {
  act: 'act',
  inform: 'inform',
  do_not: "don't",
};

/** The grades as a terminal shows them: how they are made, a row a range of horizons, the totals. */
export function gradeReport(
  grades: readonly GradeInfo[],
  horizonMinutes: number | undefined,
  terminal: Terminal,
): string {
  const [only, ...others] = new Set(grades.map(labelOf));
  const isOne = only !== undefined && others.length === 0;
  const title = titleBlock(isOne ? only : undefined, horizonMinutes, terminal);
  if (grades.length === 0) {
    return `${title}\nnothing to grade: no workload matches. helios status shows what is known\n`;
  }
  const all = rangesTable(grades);
  const table = isOne ? withoutColumns(all, ['workload']) : all;
  return `${title}\n${renderTable(table, terminal)}${caption(grades)}\n`;
}

function titleBlock(
  workload: string | undefined,
  horizonMinutes: number | undefined,
  terminal: Terminal,
): string {
  const horizon =
    horizonMinutes === undefined
      ? 'every one; a row tells why at its nearest (--horizon MINUTES shows one)'
      : `${formatMinutes(horizonMinutes)} ahead (--horizon)`;
  const lines = [
    ['strategy', 'what serves is compared with the last value, on the same forecasts'],
    [
      'act',
      `from ${FORECASTS_NEEDED.threshold} forecasts, ${formatShare(SKILL_NEEDED.threshold)} less error, ` +
        `and a band at most ${100 * COVERAGE_SHORTFALL_ALLOWED.threshold} points short of its level`,
    ],
    ["don't", 'where the last value is as good: react to it, or keep what you have'],
    ['horizon', horizon],
  ].map(([name = '', text = '']) => `  ${name.padEnd(9)} ${text}`);
  const of = workload === undefined ? '' : ` of ${printable(workload)}`;
  return `${styled(`What forecasts${of} are worth`, 'bold', terminal)}\n${lines.join('\n')}\n`;
}

/** Neighbouring horizons of one grade are one row. */
function rangesTable(grades: readonly GradeInfo[]): Table {
  return {
    columns: [
      { title: 'Workload', key: 'workload', wraps: true },
      { title: 'Metric', key: 'metric', wraps: true },
      { title: 'Ahead', key: 'ahead' },
      { title: 'Grade', key: 'grade' },
      { title: 'Use', key: 'allows' },
      { title: 'Why', key: 'why', wraps: true },
    ],
    rows: rangesOf(grades).map((range) => {
      const [first, last] = [range[0], range.at(-1)];
      if (!first || !last) return [];
      return [
        textCell(labelOf(first)),
        textCell(metricOf(first)),
        aheadCell(first, last),
        { text: GRADE_WORDS[first.grade], raw: first.grade },
        { text: PERMISSION_WORDS[first.allows], raw: first.allows },
        whyCell(range),
      ];
    }),
  };
}

function rangesOf(grades: readonly GradeInfo[]): readonly (readonly GradeInfo[])[] {
  const ranges: GradeInfo[][] = [];
  for (const grade of grades) {
    const open = ranges.at(-1);
    const before = open?.at(-1);
    if (open && before && continues(before, grade)) open.push(grade);
    else ranges.push([grade]);
  }
  return ranges;
}

function continues(before: GradeInfo, next: GradeInfo): boolean {
  return (
    workloadKey(before.workload) === workloadKey(next.workload) &&
    before.metric === next.metric &&
    before.step_seconds === next.step_seconds &&
    before.grade === next.grade &&
    before.to_minutes !== null &&
    before.to_minutes === next.from_minutes
  );
}

function labelOf({ workload, simulated }: GradeInfo): string {
  return `${workloadLabel(workload)}${simulated ? ' SIMULATED' : ''}`;
}

/** The hourly models, which look weeks ahead, are others than those of the grid. */
function metricOf({ metric, step_seconds }: GradeInfo): string {
  return step_seconds === 3_600 ? `${metric} by the hour` : metric;
}

function aheadCell(first: GradeInfo, last: GradeInfo): Cell {
  if (first.from_minutes === null || last.to_minutes === null) return unknownCell();
  const from = first.from_minutes === 0 ? '' : `${formatMinutes(first.from_minutes)} `;
  return textCell(`${from}to ${formatMinutes(last.to_minutes)}`);
}

/** The reason that decided, of the nearest horizon; `?` in grey where there is nothing to say yet. */
function whyCell(range: readonly GradeInfo[]): Cell {
  const [first] = range;
  const text = printable(first?.reasons[0]?.message ?? '');
  return first?.grade === 'too_little_data' ? unknownCell(text) : textCell(text);
}

/** `90` is `90 min`, `120` is `2 h`, `2880` is `2 d`. */
function formatMinutes(minutes: number): string {
  if (minutes >= 2_880 && minutes % 1_440 === 0) return `${minutes / 1_440} d`;
  if (minutes >= 60 && minutes % 60 === 0) return `${minutes / 60} h`;
  return minutes < 1 ? `${minutes * 60} s` : `${Number(minutes.toFixed(2))} min`;
}

function caption(grades: readonly GradeInfo[]): string {
  const metrics = new Set(
    grades.map(({ workload, metric }) => `${workloadKey(workload)}#${metric}`),
  );
  const counts = (['act', 'inform', 'do_not'] as const).map((permission) => {
    const count = grades.filter(({ allows }) => allows === permission).length;
    return `${PERMISSION_WORDS[permission]} ${count}`;
  });
  const horizons = counted(grades.length, 'graded horizon');
  return `${counted(metrics.size, 'metric')}, ${horizons}: ${counts.join(', ')}`;
}

/** Every horizon by itself, with the numbers: what programs and pull requests read. */
export function gradeTable(grades: readonly GradeInfo[]): Table {
  const right = { align: 'right' } as const;
  return {
    columns: [
      { title: 'Workload', key: 'workload' },
      { title: 'Metric', key: 'metric' },
      { title: 'From (min)', key: 'from_minutes', ...right },
      { title: 'To (min)', key: 'to_minutes', ...right },
      { title: 'Grade', key: 'grade' },
      { title: 'Use', key: 'allows' },
      { title: 'vs last value', key: 'skill_vs_naive', ...right },
      { title: 'Band held', key: 'coverage', ...right },
      { title: 'Forecasts', key: 'forecasts', ...right },
      { title: 'Why', key: 'why' },
    ],
    rows: grades.map((each) => [
      textCell(labelOf(each)),
      textCell(each.metric),
      numberCell(each.from_minutes, String),
      numberCell(each.to_minutes, String),
      { text: GRADE_WORDS[each.grade], raw: each.grade },
      { text: PERMISSION_WORDS[each.allows], raw: each.allows },
      numberCell(each.skill_vs_naive, formatGain),
      numberCell(each.coverage, formatShare),
      numberCell(each.forecasts, String),
      textCell(each.reasons.map(({ message }) => message).join('; ')),
    ]),
  };
}

function numberCell(value: number | null, format: (value: number) => string): Cell {
  return value === null ? unknownCell() : { text: format(value), raw: value };
}
