import {
  ReplayDetailSchema,
  ReplayListSchema,
  ReplayQuerySchema,
  ReplayRequestSchema,
  ReplayStartedSchema,
} from '../http/replay.ts';
import type { Route } from '../routes.ts';
import { SIGNED_IN } from './callers.ts';

/** The past under other policies. */
export const REPLAY_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/v1/replay',
    function: 'replay',
    operation: 'startReplay',
    summary: 'Replay the past under several scaling policies',
    body: ReplayRequestSchema,
    response: ReplayStartedSchema,
    status: 202,
    sets: SIGNED_IN,
  },
  {
    method: 'GET',
    path: '/api/v1/replay',
    function: 'replay',
    operation: 'listReplays',
    summary: 'Replays of the last four weeks, newest first',
    query: ReplayQuerySchema,
    response: ReplayListSchema,
    status: 200,
    sets: SIGNED_IN,
  },
  {
    method: 'GET',
    path: '/api/v1/replay/{id}',
    function: 'replay',
    operation: 'getReplay',
    summary: 'A replay and, once it has ended, its report',
    response: ReplayDetailSchema,
    status: 200,
    sets: SIGNED_IN,
  },
];
