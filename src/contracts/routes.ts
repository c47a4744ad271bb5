import type * as z from 'zod';
import { CAPACITY_ROUTES } from './capacity-routes.ts';
import {
  ActuationSchema,
  ActuationSwitchRequestSchema,
  ActuationSwitchSchema,
} from './http/actuation.ts';
import * as catalog from './http/catalog.ts';
import { DetectRequestSchema, DetectResponseSchema } from './http/detect.ts';
import { FitListSchema, FitQuerySchema } from './http/fits.ts';
import {
  FeedbackRequestSchema,
  IncidentListSchema,
  IncidentQuerySchema,
  IncidentSchema,
} from './http/incidents.ts';
import { IngestRequestSchema, IngestResponseSchema } from './http/ingest.ts';
import {
  PredictBatchRequestSchema,
  PredictBatchResponseSchema,
  PredictRequestSchema,
  PredictResponseSchema,
} from './http/predict.ts';
import { RecommendRequestSchema, RecommendResponseSchema } from './http/recommend.ts';
import { ReplayDetailSchema, ReplayRequestSchema, ReplayStartedSchema } from './http/replay.ts';
import {
  EXPOSITION_TYPE,
  ExportQuerySchema,
  ExpositionSchema,
  KedaMetricSchema,
  KedaQuerySchema,
} from './http/scalers.ts';
import {
  RunDetailSchema,
  RunListSchema,
  TrainRequestSchema,
  TrainResponseSchema,
} from './http/train.ts';
import { TRUST_ROUTES } from './trust-routes.ts';

/** The functions that answer HTTP routes. */
export type ApiFunction =
  | 'ingest'
  | 'predict'
  | 'detect'
  | 'recommend'
  | 'catalog'
  | 'train'
  | 'replay'
  | 'metrics'
  | 'capacity';

/** Who may call: `iam` by SigV4 (every route), `key` by an API key, `open` by anybody. */
export type AuthSet = 'iam' | 'key' | 'open';

/** One row of the table that the local server, CDK, OpenAPI, the CLI and the tests share. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Path parameters in braces, as API Gateway writes them. */
  readonly path: string;
  readonly function: ApiFunction;
  /** Names the operation; aliases of one path share it. */
  readonly operation: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  readonly response: z.ZodType;
  /** Of a success; JSON unless given. */
  readonly contentType?: string;
  /** HTTP status of success. */
  readonly status: 200 | 202;
  readonly sets: readonly AuthSet[];
}

const IAM = ['iam'] as const;

const PREDICT = {
  method: 'POST',
  function: 'predict',
  operation: 'predict',
  summary: 'Forecast one metric of one workload',
  body: PredictRequestSchema,
  response: PredictResponseSchema,
  status: 200,
  sets: IAM,
} as const;

const PREDICT_BATCH = {
  ...PREDICT,
  operation: 'predictBatch',
  summary: 'Forecast several metrics of one workload',
  body: PredictBatchRequestSchema,
  response: PredictBatchResponseSchema,
} as const;

const DETECT = {
  method: 'POST',
  function: 'detect',
  operation: 'detect',
  summary: 'Find anomalies in the stored data of a workload, or in data sent along',
  body: DetectRequestSchema,
  response: DetectResponseSchema,
  status: 200,
  sets: IAM,
} as const;

const RECOMMEND = {
  method: 'POST',
  function: 'recommend',
  operation: 'recommend',
  summary: 'Recommend replicas, requests and limits of a workload, or hold with the reasons',
  body: RecommendRequestSchema,
  response: RecommendResponseSchema,
  status: 200,
  sets: IAM,
} as const;

const MODELS = {
  method: 'GET',
  function: 'catalog',
  operation: 'listModels',
  summary: 'Model versions with their stage and measured skill',
  query: catalog.ModelQuerySchema,
  response: catalog.ModelListSchema,
  status: 200,
  sets: IAM,
} as const;

const METRICS = { method: 'GET', function: 'metrics', status: 200, sets: ['iam', 'key'] } as const;

const CATALOG = { method: 'GET', function: 'catalog', status: 200, sets: IAM } as const;

const ACTUATION_SWITCH = {
  method: 'POST',
  function: 'catalog',
  body: ActuationSwitchRequestSchema,
  response: ActuationSwitchSchema,
  status: 200,
  sets: IAM,
} as const;

/** Every route Helios serves. */
export const ROUTES: readonly Route[] = [
  {
    ...CATALOG,
    path: '/health',
    operation: 'health',
    summary: 'Whether the service answers, and how fresh its data are',
    response: catalog.HealthSchema,
    sets: ['open'],
  },
  {
    ...CATALOG,
    path: '/ready',
    operation: 'ready',
    summary: '503 until the stores answer',
    response: catalog.ReadySchema,
    sets: ['open'],
  },
  { ...MODELS, path: '/models' },
  { ...MODELS, path: '/api/v1/models' },
  {
    ...CATALOG,
    path: '/api/v1/models/{id}',
    operation: 'getModel',
    summary: 'One model version with its backtests and provenance',
    response: catalog.ModelDetailSchema,
  },
  {
    method: 'POST',
    path: '/api/v1/models/{id}/promote',
    function: 'catalog',
    operation: 'promoteModel',
    summary: 'Make this version the champion',
    response: catalog.PromotionResponseSchema,
    status: 200,
    sets: IAM,
  },
  {
    method: 'POST',
    path: '/api/v1/models/{id}/rollback',
    function: 'catalog',
    operation: 'rollbackModel',
    summary: 'Take the champion back to the one before it',
    response: catalog.PromotionResponseSchema,
    status: 200,
    sets: IAM,
  },
  { ...PREDICT, path: '/api/v1/predict' },
  { ...PREDICT, path: '/predict' },
  { ...PREDICT_BATCH, path: '/api/v1/predict/batch' },
  { ...PREDICT_BATCH, path: '/predict/batch' },
  { ...DETECT, path: '/api/v1/detect' },
  { ...DETECT, path: '/detect' },
  { ...RECOMMEND, path: '/api/v1/recommend' },
  { ...RECOMMEND, path: '/recommend' },
  {
    method: 'GET',
    path: '/api/v1/incidents',
    function: 'detect',
    operation: 'listIncidents',
    summary: 'Incidents that the scheduled scoring has found, newest first',
    query: IncidentQuerySchema,
    response: IncidentListSchema,
    status: 200,
    sets: IAM,
  },
  {
    method: 'POST',
    path: '/api/v1/incidents/{id}/feedback',
    function: 'detect',
    operation: 'giveFeedback',
    summary: 'Say that an incident was expected, or that it was an anomaly',
    body: FeedbackRequestSchema,
    response: IncidentSchema,
    status: 200,
    sets: IAM,
  },
  {
    method: 'POST',
    path: '/api/v1/replay',
    function: 'replay',
    operation: 'startReplay',
    summary: 'Replay the past under several scaling policies',
    body: ReplayRequestSchema,
    response: ReplayStartedSchema,
    status: 202,
    sets: IAM,
  },
  {
    method: 'GET',
    path: '/api/v1/replay/{id}',
    function: 'replay',
    operation: 'getReplay',
    summary: 'A replay and, once it has ended, its report',
    response: ReplayDetailSchema,
    status: 200,
    sets: IAM,
  },
  {
    method: 'POST',
    path: '/api/v1/train',
    function: 'train',
    operation: 'train',
    summary: 'Start a training run',
    body: TrainRequestSchema,
    response: TrainResponseSchema,
    status: 202,
    sets: IAM,
  },
  {
    ...CATALOG,
    path: '/api/v1/runs',
    operation: 'listRuns',
    summary: 'Training runs, newest first',
    query: catalog.RunQuerySchema,
    response: RunListSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/runs/{id}',
    operation: 'getRun',
    summary: 'One training run with its stages, refusals and results',
    response: RunDetailSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/runs/{id}/fits',
    operation: 'listFits',
    summary: 'Every fit of a run: parameters, data hash, errors by horizon, duration, artifact',
    query: FitQuerySchema,
    response: FitListSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/workloads',
    operation: 'listWorkloads',
    summary: 'What Helios has seen',
    response: catalog.WorkloadListSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/series',
    operation: 'getSeries',
    summary: 'Stored observations of one metric on its grid',
    query: catalog.SeriesQuerySchema,
    response: catalog.SeriesSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/forecasts',
    operation: 'listForecasts',
    summary: 'Forecasts as they were issued, newest first',
    query: catalog.ForecastQuerySchema,
    response: catalog.IssuedForecastListSchema,
  },
  ...TRUST_ROUTES,
  {
    method: 'POST',
    path: '/api/v1/ingest',
    function: 'ingest',
    operation: 'ingest',
    summary: 'Store a batch of samples; order, batching and repeats do not matter',
    body: IngestRequestSchema,
    response: IngestResponseSchema,
    status: 200,
    sets: ['iam', 'key'],
  },
  {
    ...METRICS,
    path: '/metrics',
    operation: 'exportMetrics',
    summary: 'Predictions, scores and recommended replicas for Prometheus, each while it is valid',
    query: ExportQuerySchema,
    response: ExpositionSchema,
    contentType: EXPOSITION_TYPE,
  },
  {
    ...METRICS,
    path: '/scalers/keda/{workload}',
    operation: 'kedaMetric',
    summary:
      'One number for the metrics-api scaler of KEDA: recommended replicas, or predicted load',
    query: KedaQuerySchema,
    response: KedaMetricSchema,
  },
  {
    ...CATALOG,
    path: '/api/v1/actuation',
    operation: 'readActuation',
    summary: 'Whether Helios may raise minimums, and what its last run did or would have done',
    response: ActuationSchema,
  },
  {
    ...ACTUATION_SWITCH,
    path: '/api/v1/actuation/stop',
    operation: 'stopActuation',
    summary: 'Take back every raised minimum, and raise none until resumed',
  },
  {
    ...ACTUATION_SWITCH,
    path: '/api/v1/actuation/resume',
    operation: 'resumeActuation',
    summary: 'Let actuation go on after a stop',
  },
  ...CAPACITY_ROUTES,
  {
    ...CATALOG,
    path: '/openapi.json',
    operation: 'openapi',
    summary: 'This API as an OpenAPI 3.1 document',
    response: catalog.OpenApiSchema,
    sets: ['open'],
  },
];
