import type { Anomaly, DetectResponse } from '#contracts/http/detect.ts';
import { formatValue, scaleFor, unitOf } from '#core/units.ts';
import { printable } from '../failure.ts';
import { renderTable } from './table.ts';
import { styled, type Terminal } from './terminal.ts';
import { momentOf, type TimeFormat } from './time.ts';

/** Anomalies that are taken apart, and features of each that are shown. */
const MOST_ANOMALIES = 3;
const MOST_FEATURES = 8;

interface Feature {
  readonly feature: string;
  readonly contribution: number;
}

/** What has made the expected values of the worst anomalies, feature by feature. */
export function featuresText(
  { anomalies }: DetectResponse,
  options: { readonly terminal: Terminal; readonly time: TimeFormat },
): string {
  const explained = anomalies
    .map((anomaly) => ({ anomaly, features: featuresOf(anomaly) }))
    .filter(({ features }) => features.length > 0)
    .sort((left, right) => right.anomaly.anomaly_score - left.anomaly.anomaly_score)
    .slice(0, MOST_ANOMALIES);
  if (explained.length === 0) {
    const why =
      anomalies.length === 0
        ? 'no anomaly, so nothing to explain'
        : 'no features: the detectors that found these compare values with their own past only';
    return `${styled(why, 'dim', options.terminal)}\n`;
  }
  return explained
    .map(({ anomaly, features }) => anomalyBlock(anomaly, features, options))
    .join('\n');
}

function featuresOf({ contributions }: Anomaly): readonly Feature[] {
  return contributions.filter((each) => 'feature' in each);
}

function anomalyBlock(
  { metric, timestamp, expected_value }: Anomaly,
  features: readonly Feature[],
  { terminal, time }: { readonly terminal: Terminal; readonly time: TimeFormat },
): string {
  const shown = features.slice(0, MOST_FEATURES);
  const values = shown.map(({ contribution }) => contribution);
  const scale = scaleFor(unitOf(metric), [...values, expected_value ?? 0]);
  const expected = expected_value === null ? '?' : formatValue(expected_value, scale);
  const at = time.dateTime(momentOf(timestamp));
  const title = `why ${expected} was expected of ${metric} at ${at}`;
  const table = {
    columns: [
      { title: 'Feature', key: 'feature' },
      { title: 'Adds', key: 'contribution', align: 'right' as const },
    ],
    rows: shown.map(({ feature, contribution }) => [
      { text: feature, raw: feature },
      { text: signed(formatValue(contribution, scale)), raw: contribution },
    ]),
  };
  const more = features.length - shown.length;
  const note = more > 0 ? `${styled(`and ${more} smaller ones`, 'dim', terminal)}\n` : '';
  return `${printable(title)}\n${renderTable(table, terminal)}${note}`;
}

function signed(text: string): string {
  return text.startsWith('-') ? text : `+${text}`;
}
