import { type Cell, type Table, textCell, unknownCell } from '#cli/render/table.ts';
import { type ReplayPolicyName, replay } from '#core/replay/replay.ts';
import { DEFAULT_REPLAY } from '#core/replay/settings.ts';
import type { Series } from '#core/series/series.ts';
import type { DurationMs } from '#core/time.ts';
import { formatCount, formatGain } from '#core/units.ts';

/** What the replay of one series has given. */
export interface ReplayRow {
  readonly series: string;
  readonly steps: number;
  /** As the verdict has it, or why there is none. */
  readonly finding: string;
  /** Minutes under capacity in the judged half, by policy. */
  readonly short: Readonly<Partial<Record<ReplayPolicyName, number>>>;
  readonly unitHours: Readonly<Partial<Record<ReplayPolicyName, number>>>;
  readonly savedFraction: number | null;
  readonly savedPerDay: number | null;
  readonly standardError: number | null;
  readonly costDifference: number | null;
  readonly cpuSeconds: number;
  readonly notes: readonly string[];
}

/** Replays one series with the defaults. */
export async function replayRow(series: Series, startUp: DurationMs): Promise<ReplayRow> {
  const before = process.cpuUsage();
  const result = await replay(series, { ...DEFAULT_REPLAY, startUp });
  const { user, system } = process.cpuUsage(before);
  const about = {
    series: series.id,
    steps: series.values.length,
    cpuSeconds: (user + system) / 1e6,
  };
  if (result.decision === 'refused') {
    return {
      ...about,
      finding: result.because.code,
      short: {},
      unitHours: {},
      savedFraction: null,
      savedPerDay: null,
      standardError: null,
      costDifference: null,
      notes: [],
    };
  }
  const { policies, verdict, notes } = result;
  const by = (value: (policy: (typeof policies)[number]) => number) =>
    Object.fromEntries(policies.map((policy) => [policy.name, value(policy)]));
  return {
    ...about,
    finding: verdict.finding,
    short: by(({ outcome }) => outcome.underCapacityMinutes),
    unitHours: by(({ outcome }) => outcome.unitHours),
    savedFraction: verdict.savedFraction,
    savedPerDay: verdict.savedPerDay,
    standardError: verdict.standardError,
    costDifference: policies.find(({ name }) => name === 'helios')?.costDifference ?? null,
    notes: notes.map(({ code }) => code),
  };
}

const SHORT = ['static', 'reactive', 'helios', 'oracle'] as const;

/** The rows as a table. */
export function rowsTable(rows: readonly ReplayRow[]): Table {
  const number = (title: string, key: string) => ({ title, key, align: 'right' }) as const;
  const minutes = (value: number | undefined): Cell =>
    value === undefined ? unknownCell() : { text: formatCount(Math.round(value)), raw: value };
  return {
    columns: [
      { title: 'series', key: 'series' },
      ...SHORT.map((name) => number(`${name}, min`, `${name}_minutes`)),
      number('unit-hours', 'unit_hours'),
      number('cost diff', 'cost_difference'),
      number('oracle', 'oracle_unit_hours'),
      { title: 'finding', key: 'finding' },
    ],
    rows: rows.map(({ series, short, unitHours, costDifference, finding }) => [
      textCell(series),
      ...SHORT.map((name) => minutes(short[name])),
      minutes(unitHours.reactive),
      costDifference === null
        ? unknownCell()
        : { text: formatGain(costDifference), raw: costDifference },
      minutes(unitHours.oracle),
      textCell(finding),
    ]),
  };
}

/** All series in one line. */
export function summaryOf(rows: readonly ReplayRow[]): string {
  const count = (finding: string) => rows.filter((row) => row.finding === finding).length;
  const total = (name: ReplayPolicyName) =>
    Math.round(rows.reduce((sum, { short }) => sum + (short[name] ?? 0), 0));
  const slowest = Math.max(...rows.map(({ cpuSeconds }) => cpuSeconds));
  return `Helios better on ${count('helios_better')}, as good on ${count('as_good')}, reactive better on ${count('reactive_better')}, not comparable on ${count('not_comparable')} of ${rows.length}; minutes short in all: static ${total('static')}, reactive ${total('reactive')}, Helios ${total('helios')}; at most ${slowest.toFixed(1)} s of CPU a series`;
}
