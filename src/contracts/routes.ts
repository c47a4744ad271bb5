import type * as z from 'zod';
import { CAPACITY_ROUTES } from './capacity-routes.ts';
import type { KeyScope } from './http/keys.ts';
import { CATALOG_ROUTES } from './routes/catalog.ts';
import { DETECT_ROUTES } from './routes/detect.ts';
import { INGEST_ROUTES } from './routes/ingest.ts';
import { METRICS_ROUTES } from './routes/metrics.ts';
import { PREDICT_ROUTES } from './routes/predict.ts';
import { RECOMMEND_ROUTES } from './routes/recommend.ts';
import { REPLAY_ROUTES } from './routes/replay.ts';
import { TRAIN_ROUTES } from './routes/train.ts';

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

/**
 * Who may call: `iam` by SigV4 (every route that is not open), `jwt` by a token of the issuer that is
 * configured, `key` by a Helios key, `open` by anybody. `SET_PREFIX` says under which path.
 */
export type AuthSet = 'iam' | 'jwt' | 'key' | 'open';

/** One row of the table that the local server, CDK, OpenAPI, the CLI and the tests share. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
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
  /** What a key must be allowed to; routes of the set `key` have one, and no other. */
  readonly scope?: KeyScope;
}

/**
 * Every route Helios serves. A function loads its own rows only (`routes/<function>.ts`), because building
 * the schemas of all of them is most of what a cold start takes.
 */
export const ROUTES: readonly Route[] = [
  ...CATALOG_ROUTES,
  ...PREDICT_ROUTES,
  ...DETECT_ROUTES,
  ...RECOMMEND_ROUTES,
  ...REPLAY_ROUTES,
  ...TRAIN_ROUTES,
  ...INGEST_ROUTES,
  ...METRICS_ROUTES,
  ...CAPACITY_ROUTES,
];
