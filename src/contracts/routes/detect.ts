import { DetectRequestSchema, DetectResponseSchema } from '../http/detect.ts';
import {
  FeedbackRequestSchema,
  IncidentDetailSchema,
  IncidentListSchema,
  IncidentQuerySchema,
  IncidentSchema,
} from '../http/incidents.ts';
import type { Route } from '../routes.ts';
import { SIGNED_IN } from './callers.ts';

const DETECT = {
  method: 'POST',
  function: 'detect',
  operation: 'detect',
  summary: 'Find anomalies in the stored data of a workload, or in data sent along',
  body: DetectRequestSchema,
  response: DetectResponseSchema,
  status: 200,
  sets: SIGNED_IN,
} as const;

/** Anomalies and incidents. */
export const DETECT_ROUTES: readonly Route[] = [
  { ...DETECT, path: '/api/v1/detect' },
  { ...DETECT, path: '/detect' },
  {
    method: 'GET',
    path: '/api/v1/incidents',
    function: 'detect',
    operation: 'listIncidents',
    summary: 'Incidents that the scheduled scoring has found, newest first',
    query: IncidentQuerySchema,
    response: IncidentListSchema,
    status: 200,
    sets: SIGNED_IN,
  },
  {
    method: 'GET',
    path: '/api/v1/incidents/{id}',
    function: 'detect',
    operation: 'getIncident',
    summary: 'One incident, with the deployments before it and while it lasted',
    response: IncidentDetailSchema,
    status: 200,
    sets: SIGNED_IN,
  },
  {
    method: 'POST',
    path: '/api/v1/incidents/{id}/feedback',
    function: 'detect',
    operation: 'giveFeedback',
    summary: 'Say that an incident was expected, or an anomaly, or take back what was said',
    body: FeedbackRequestSchema,
    response: IncidentSchema,
    status: 200,
    sets: SIGNED_IN,
  },
];
