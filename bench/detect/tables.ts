import { type Cell, type Column, type Table, textCell } from '#cli/render/table.ts';
import type { DetectionReport, DetectorReport } from './report-schema.ts';

/** Everything a report says of the detectors, as tables for any format. */

const NAME: Column = { title: 'detector', key: 'detector' };

/** Our scores at thresholds optimised on the files, beside what others report. */
export function scoreTable({ data, profiles, detectors, published }: DetectionReport): Table {
  const ours = detectors.map(({ name, origin, optimised }) => [
    textCell(origin === 'baseline' ? `${name} (baseline)` : name),
    textCell(`these ${data.files.length}`),
    textCell('no'),
    ...optimised.map(({ score }) => oneDigit(score)),
  ]);
  const others = published.map((each) => [
    textCell(each.name),
    textCell(each.files === 58 ? 'all 58 of NAB' : `${each.files} of NAB`),
    textCell(each.told_range ? 'yes' : 'no'),
    ...[each.standard, each.reward_low_FP, each.reward_low_FN].map(oneDigit),
  ]);
  return {
    columns: [
      NAME,
      { title: 'files', key: 'files' },
      { title: 'told the range', key: 'told_range' },
      ...profiles.map(({ name }) => number(name, name)),
    ],
    rows: [...ours, ...others],
  };
}

/** What the best thresholds are and what they find, profile by profile. */
export function optimisedTable({ data, detectors }: DetectionReport): Table {
  return {
    columns: [
      NAME,
      { title: 'profile', key: 'profile' },
      number('best θ', 'threshold'),
      number('score', 'score'),
      number(`windows of ${data.windows}`, 'windows_found'),
      number('false alarm rows', 'false_alarm_rows'),
    ],
    rows: detectors.flatMap(({ name, optimised }) =>
      optimised.map((outcome) => [
        textCell(name),
        textCell(outcome.profile),
        { text: outcome.threshold.toPrecision(4), raw: outcome.threshold },
        oneDigit(outcome.score),
        count(outcome.windows_found),
        count(outcome.false_alarm_rows),
      ]),
    ),
  };
}

/** Scores and alarms of Helios' detectors at the threshold that was given. */
export function fixedTable({ data, profiles, detectors }: DetectionReport): Table {
  return {
    columns: [
      NAME,
      ...profiles.map(({ name }) => number(name, name)),
      number(`windows of ${data.windows}`, 'windows_found'),
      number('false alarm rows', 'false_alarm_rows'),
      number('a metric in 10 days', 'per_metric_in_ten_days'),
      number('in 2,880 rows', 'per_metric_in_2880_rows'),
    ],
    rows: detectors
      .filter(isOurs)
      .map(({ name, fixed, false_alarms: rates }) => [
        textCell(name),
        ...fixed.map(({ score }) => oneDigit(score)),
        count(fixed[0]?.windows_found ?? 0),
        count(fixed[0]?.false_alarm_rows ?? 0),
        twoDigits(rates.per_metric_in_ten_days),
        twoDigits(rates.per_metric_in_2880_rows),
      ]),
  };
}

/** Where Helios' detectors gain their standard score at the best threshold, folder by folder. */
export function categoryTable({ data, detectors }: DetectionReport): Table {
  return {
    columns: [
      NAME,
      { title: 'category', key: 'category' },
      number('files', 'files'),
      number('windows', 'windows'),
      number('found', 'windows_found'),
      number('false alarm rows', 'false_alarm_rows'),
      number('points', 'points'),
      number('of', 'points_possible'),
    ],
    rows: detectors
      .filter(isOurs)
      .flatMap(({ name, optimised }) =>
        (optimised[0]?.categories ?? []).map((each) => [
          textCell(name),
          textCell(each.category),
          count(each.files),
          count(each.windows),
          count(each.windows_found),
          count(each.false_alarm_rows),
          oneDigit(each.points),
          oneDigit((100 * each.windows) / data.windows),
        ]),
      ),
  };
}

/** Whether the fixed threshold is meant for it, and its details matter. */
function isOurs({ origin }: DetectorReport): boolean {
  return origin === 'helios';
}

function number(title: string, key: string): Column {
  return { title, key, align: 'right' };
}

function count(value: number): Cell {
  return { text: value.toLocaleString('en-US'), raw: value };
}

function oneDigit(value: number | null): Cell {
  return digits(value, 1);
}

function twoDigits(value: number | null): Cell {
  return digits(value, 2);
}

function digits(value: number | null, places: number): Cell {
  return { text: value?.toFixed(places) ?? '', raw: value };
}
