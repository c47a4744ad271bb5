import type { Anomaly, DetectResponse } from '#contracts/http/detect.ts';
import type { FoundIncident, Incident } from '#contracts/http/incidents.ts';
import { WEBSHOP } from './answers.ts';

const ANOMALY: Anomaly = {
  metric: 'cpu_utilization',
  timestamp: '2025-12-31T23:50:00.000Z',
  value: 0.9,
  expected_value: 0.5,
  lower_bound: 0.4,
  upper_bound: 0.6,
  anomaly_score: 4.25,
  direction: 'above',
  severity: 'critical',
  description: 'cpu_utilization is above what is usual',
  detector: 'residual',
  contributions: [{ metric: 'cpu_utilization', share: 1 }],
};

/** Before the incident: of another metric, in bytes. */
export const LONE: Anomaly = {
  ...ANOMALY,
  metric: 'memory_bytes',
  timestamp: '2025-12-31T23:10:00.000Z',
  value: 3 * 2 ** 30,
  expected_value: 2 ** 30,
  lower_bound: null,
  upper_bound: null,
  anomaly_score: 2.6,
  severity: 'medium',
  detector: 'streaming',
  description: 'memory_bytes is above what is usual',
};

export const FOUND: FoundIncident = {
  start: '2025-12-31T23:45:00.000Z',
  end: null,
  opened_at: '2025-12-31T23:55:00.000Z',
  peak: { at: '2025-12-31T23:50:00.000Z', score: 4.25, metric: 'cpu_utilization' },
  severity: 'critical',
  direction: 'above',
  state: 'open',
  ended_because: null,
  metrics: [
    {
      metric: 'cpu_utilization',
      score: 4.25,
      share: 0.75,
      value: 0.9,
      expected_value: 0.5,
      lower_bound: 0.4,
      upper_bound: 0.6,
      direction: 'above',
    },
    {
      metric: 'latency_p95',
      score: 3,
      share: 0.25,
      value: 2,
      expected_value: 1,
      lower_bound: null,
      upper_bound: null,
      direction: 'above',
    },
  ],
  detectors: ['residual'],
  message: 'cpu_utilization 90 %, expected 50 %',
};

/** An hour of two metrics: one anomaly alone, then two that are an incident. */
export const DETECTION: DetectResponse = {
  workload: WEBSHOP,
  simulated: true,
  analyzed_at: '2026-01-01T00:00:00.000Z',
  data_as_of: '2025-12-31T23:55:00.000Z',
  step_seconds: 300,
  threshold: 2.5,
  detector_version: 'abc123',
  trained_at: '2025-12-31T12:00:00.000Z',
  is_anomaly: true,
  anomaly_score: 4.25,
  severity: 'critical',
  contributing_features: [{ feature: 'cpu_utilization', contribution: 1 }],
  data_points_analyzed: 24,
  anomalies_detected: 3,
  anomalies: [
    LONE,
    ANOMALY,
    {
      ...ANOMALY,
      timestamp: '2025-12-31T23:55:00.000Z',
      value: 0.75,
      expected_value: null,
      lower_bound: null,
      upper_bound: null,
      anomaly_score: 3,
      severity: 'high',
    },
  ],
  incidents: [FOUND],
  summary: {
    status: 'critical',
    anomaly_rate: 0.125,
    by_severity: { medium: 1, high: 1, critical: 1 },
    by_metric: { cpu_utilization: 2, memory_bytes: 1 },
    max_score: 4.25,
  },
  reasons: [{ code: 'NOT_TRAINED', message: 'reconstruction has learned nothing yet' }],
};

/** The same hour, in which nothing was unusual. */
export const HEALTHY: DetectResponse = {
  ...DETECTION,
  is_anomaly: false,
  anomaly_score: 1.5,
  severity: null,
  contributing_features: [],
  anomalies_detected: 0,
  anomalies: [],
  incidents: [],
  summary: { status: 'healthy', anomaly_rate: 0, by_severity: {}, by_metric: {}, max_score: 1.5 },
  reasons: [],
};

/** Nothing could be judged. */
export const UNSCORED: DetectResponse = {
  ...HEALTHY,
  detector_version: null,
  trained_at: null,
  anomaly_score: null,
  summary: { ...HEALTHY.summary, max_score: null },
  reasons: [{ code: 'HISTORY_TOO_SHORT', message: '24 of 576 steps: enough at 2026-01-02' }],
};

/** Open since 23:45 of the day before. */
export const INCIDENT: Incident = {
  id: 'default~sample~webshop~*~20251231T234500Z',
  workload: WEBSHOP,
  simulated: true,
  ...FOUND,
  feedback: null,
};

/** Over, and known: it comes every Tuesday. */
export const EXPECTED: Incident = {
  ...INCIDENT,
  id: 'default~sample~webshop~*~20251230T020000Z',
  start: '2025-12-30T02:00:00.000Z',
  end: '2025-12-30T02:30:00.000Z',
  severity: 'medium',
  state: 'closed',
  ended_because: 'new_level',
  metrics: FOUND.metrics.slice(1).map((metric) => ({ ...metric, share: 1 })),
  message: 'latency_p95 2 s, expected 1 s',
  feedback: {
    label: 'expected',
    by: 'anna',
    at: '2025-12-30T09:00:00.000Z',
    note: 'the backup',
  },
};
