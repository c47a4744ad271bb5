import type * as z from 'zod';
import { ActuationSchema, ActuationSwitchSchema } from '#contracts/http/actuation.ts';
import { AgentListSchema, AgentSchema, HeartbeatResponseSchema } from '#contracts/http/agents.ts';
import { CapacityResponseSchema } from '#contracts/http/capacity.ts';
import * as catalog from '#contracts/http/catalog.ts';
import { CollectionBudgetSchema, SourceListSchema } from '#contracts/http/collection.ts';
import * as cost from '#contracts/http/cost.ts';
import { DetectResponseSchema } from '#contracts/http/detect.ts';
import { FitListSchema } from '#contracts/http/fits.ts';
import { GradeListSchema } from '#contracts/http/grades.ts';
import { IncidentListSchema, IncidentSchema } from '#contracts/http/incidents.ts';
import { IngestResponseSchema } from '#contracts/http/ingest.ts';
import { CreatedKeySchema, KeyListSchema, KeySchema } from '#contracts/http/keys.ts';
import { PredictBatchResponseSchema, PredictResponseSchema } from '#contracts/http/predict.ts';
import { RecommendationListSchema, RecommendResponseSchema } from '#contracts/http/recommend.ts';
import { ReplayDetailSchema, ReplayStartedSchema } from '#contracts/http/replay.ts';
import { RightsizingResponseSchema } from '#contracts/http/rightsizing.ts';
import { RunDetailSchema, RunListSchema, TrainResponseSchema } from '#contracts/http/train.ts';
import { WhenResponseSchema } from '#contracts/http/when.ts';
import { ROUTES, type Route } from '#contracts/routes.ts';

/** The operations of the API that commands use, each with the schema of its answer. */
export const OPERATIONS = {
  health: catalog.HealthSchema,
  listModels: catalog.ModelListSchema,
  getModel: catalog.ModelDetailSchema,
  promoteModel: catalog.PromotionResponseSchema,
  rollbackModel: catalog.PromotionResponseSchema,
  predict: PredictResponseSchema,
  predictBatch: PredictBatchResponseSchema,
  detect: DetectResponseSchema,
  recommend: RecommendResponseSchema,
  listIncidents: IncidentListSchema,
  giveFeedback: IncidentSchema,
  planCapacity: CapacityResponseSchema,
  whenCrossed: WhenResponseSchema,
  rightSize: RightsizingResponseSchema,
  train: TrainResponseSchema,
  startReplay: ReplayStartedSchema,
  getReplay: ReplayDetailSchema,
  listRuns: RunListSchema,
  getRun: RunDetailSchema,
  listFits: FitListSchema,
  listGrades: GradeListSchema,
  getCost: cost.CostResponseSchema,
  getCostSummary: cost.CostSummarySchema,
  getCostSavings: cost.SavingsResponseSchema,
  getCostEfficiency: cost.EfficiencyResponseSchema,
  getCostForecast: cost.CostForecastSchema,
  getCostBudget: cost.BudgetResponseSchema,
  listSources: SourceListSchema,
  readCollectionBudget: CollectionBudgetSchema,
  listWorkloads: catalog.WorkloadListSchema,
  getSeries: catalog.SeriesSchema,
  listForecasts: catalog.IssuedForecastListSchema,
  listRecommendations: RecommendationListSchema,
  readActuation: ActuationSchema,
  stopActuation: ActuationSwitchSchema,
  resumeActuation: ActuationSwitchSchema,
  createKey: CreatedKeySchema,
  listKeys: KeyListSchema,
  revokeKey: KeySchema,
  listAgents: AgentListSchema,
  changeAgent: AgentSchema,
  heartbeat: HeartbeatResponseSchema,
  ingest: IngestResponseSchema,
} as const;
export type Operation = keyof typeof OPERATIONS;
export type AnswerOf<O extends Operation> = z.output<(typeof OPERATIONS)[O]>;

/** The row of the route table for an operation: of several paths the one under `/api/v1`. */
export function routeOf(operation: Operation): Route {
  const rows = ROUTES.filter((route) => route.operation === operation);
  const route = rows.find(({ path }) => path.startsWith('/api/v1/')) ?? rows[0];
  if (!route) throw new RangeError(`no route of the operation ${operation}`);
  return route;
}
