import { fileURLToPath } from 'node:url';
import type { ObjectStore } from '#app/ports/object-store.ts';
import type { Stores } from '#app/services.ts';
import type { StoreEnv } from '#contracts/env.ts';
import { createArtifactStore } from './artifact-store.ts';
import { createDynamoCatalogStore } from './aws/dynamo-catalog-store.ts';
import { createDynamoClient } from './aws/dynamo-client.ts';
import { createDynamoObservationStore } from './aws/dynamo-observation-store.ts';
import { lazyObjectStore } from './lazy-object-store.ts';

/** Opens the stores that a function's environment names: on AWS, or of the local process. */
export async function openStores(env: StoreEnv): Promise<Stores> {
  const client = createDynamoClient(
    env.DYNAMODB_ENDPOINT ? { endpoint: env.DYNAMODB_ENDPOINT } : {},
  );
  const objects = await openObjects(env.OBJECTS_URL);
  return {
    observations: createDynamoObservationStore({
      client,
      table: env.OBSERVATIONS_TABLE_NAME,
      ...(env.RAW_RETENTION_DAYS !== undefined && { rawDays: env.RAW_RETENTION_DAYS }),
      ...(env.HOURLY_RETENTION_DAYS !== undefined && { hourlyDays: env.HOURLY_RETENTION_DAYS }),
    }),
    catalog: createDynamoCatalogStore({ client, table: env.CATALOG_TABLE_NAME }),
    objects,
    artifacts: createArtifactStore(objects),
  };
}

/** Only the adapter needed is loaded, and that of S3 not before its first use. */
async function openObjects(url: string): Promise<ObjectStore> {
  if (url.startsWith('file://')) {
    const { openDirectoryObjectStore } = await import('./local/directory-object-store.ts');
    return openDirectoryObjectStore(fileURLToPath(url));
  }
  const bucket = new URL(url).hostname;
  return lazyObjectStore(async () => {
    const { openS3ObjectStore } = await import('./aws/s3-object-store.ts');
    return openS3ObjectStore(bucket);
  });
}
