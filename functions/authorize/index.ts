import { createDynamoCatalogStore } from '#adapters/aws/dynamo-catalog-store.ts';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import { createLogger } from '#adapters/lambda/logger.ts';
import { parseEnv } from '#adapters/lambda/parse-env.ts';
import { systemClock } from '#adapters/system-clock.ts';
import { createKeyLog } from '#app/keys/key-log.ts';
import { AuthorizeEnvSchema } from '#contracts/env.ts';
import { createHandler } from './handler.ts';

const env = parseEnv(AuthorizeEnvSchema, process.env);
const client = createDynamoClient({
  ...(env.DYNAMODB_ENDPOINT === undefined ? {} : { endpoint: env.DYNAMODB_ENDPOINT }),
  // Somebody waits for the answer before anything else begins.
  maxAttempts: 2,
});
const catalog = createDynamoCatalogStore({ client, table: env.CATALOG_TABLE_NAME });

export const handler = createHandler(
  { keys: createKeyLog(catalog), keyCrypto: nodeKeyCrypto, clock: systemClock },
  createLogger('authorize'),
);
