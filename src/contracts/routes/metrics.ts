import {
  EXPOSITION_TYPE,
  ExportQuerySchema,
  ExpositionSchema,
  KedaMetricSchema,
  KedaQuerySchema,
} from '../http/scalers.ts';
import type { Route } from '../routes.ts';

const METRICS = { method: 'GET', function: 'metrics', status: 200, sets: ['iam', 'key'] } as const;

/** What scrapers and other scalers read. */
export const METRICS_ROUTES: readonly Route[] = [
  {
    ...METRICS,
    path: '/metrics',
    operation: 'exportMetrics',
    scope: 'metrics',
    summary: 'Predictions, scores and recommended replicas for Prometheus, each while it is valid',
    query: ExportQuerySchema,
    response: ExpositionSchema,
    contentType: EXPOSITION_TYPE,
  },
  {
    ...METRICS,
    path: '/scalers/keda/{workload}',
    operation: 'kedaMetric',
    scope: 'scalers',
    summary:
      'One number for the metrics-api scaler of KEDA: recommended replicas, or predicted load',
    query: KedaQuerySchema,
    response: KedaMetricSchema,
  },
];
