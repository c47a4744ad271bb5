import {
  ActuationSchema,
  ActuationSwitchRequestSchema,
  ActuationSwitchSchema,
} from '../http/actuation.ts';
import type { Route } from '../routes.ts';
import { IAM, SIGNED_IN } from './callers.ts';

const ACTUATION_SWITCH = {
  method: 'POST',
  function: 'catalog',
  body: ActuationSwitchRequestSchema,
  response: ActuationSwitchSchema,
  status: 200,
  sets: IAM,
} as const;

/** The switch of the actuation. */
export const ACTUATION_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    function: 'catalog',
    path: '/api/v1/actuation',
    operation: 'readActuation',
    summary: 'Whether Helios may raise minimums, and what its last run did or would have done',
    response: ActuationSchema,
    status: 200,
    sets: SIGNED_IN,
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
];
