import { fileURLToPath } from 'node:url';
import type { ObjectStore } from '#app/ports/object-store.ts';
import type { Stores } from '#app/services.ts';
import type { StoreEnv } from '#contracts/env.ts';
import { createArtifactStore } from './artifact-store.ts';
import { createDynamoCatalogStore } from './aws/dynamo-catalog-store.ts';
import { createDynamoClient } from './aws/dynamo-client.ts';
import { createDynamoObservationStore } from './aws/dynamo-observation-store.ts';

/** Opens the stores that a function's environment names: on AWS, or of the local process. */
export async function openStores(env: StoreEnv): Promise<Stores> {
  const client = createDynamoClient(
    env.DYNAMODB_ENDPOINT ? { endpoint: env.DYNAMODB_ENDPOINT } : {},
  );
  const objects = await openObjects(env.OBJECTS_URL);
  return {
    observations: createDynamoObservationStore({ client, table: env.OBSERVATIONS_TABLE_NAME }),
    catalog: createDynamoCatalogStore({ client, table: env.CATALOG_TABLE_NAME }),
    objects,
    artifacts: createArtifactStore(objects),
  };
}

/** Only the adapter needed is loaded: the S3 client is the largest part of a cold start. */
async function openObjects(url: string): Promise<ObjectStore> {
  if (url.startsWith('file://')) {
    const { openDirectoryObjectStore } = await import('./local/directory-object-store.ts');
    return openDirectoryObjectStore(fileURLToPath(url));
  }
  const { createS3ObjectStore } = await import('./aws/s3-object-store.ts');
  const { S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 },
  });
  return createS3ObjectStore({ client, bucket: new URL(url).hostname });
}
