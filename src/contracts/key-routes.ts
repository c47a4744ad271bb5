import { CreatedKeySchema, CreateKeyRequestSchema, KeyListSchema, KeySchema } from './http/keys.ts';
import type { Route } from './routes.ts';

/** Who can make a key can give himself any: signed callers only, and never by a key. */
const KEYS = { function: 'catalog', status: 200, sets: ['iam'] } as const;

/** Keys for agents and scrapers that cannot sign. */
export const KEY_ROUTES: readonly Route[] = [
  {
    ...KEYS,
    method: 'POST',
    path: '/api/v1/keys',
    operation: 'createKey',
    summary: 'Make a key; its secret is in this answer and nowhere else',
    body: CreateKeyRequestSchema,
    response: CreatedKeySchema,
  },
  {
    ...KEYS,
    method: 'GET',
    path: '/api/v1/keys',
    operation: 'listKeys',
    summary: 'Keys with their scopes and state, newest first',
    response: KeyListSchema,
  },
  {
    ...KEYS,
    method: 'POST',
    path: '/api/v1/keys/{id}/revoke',
    operation: 'revokeKey',
    summary: 'End a key; on AWS it is refused within a minute',
    response: KeySchema,
  },
];
