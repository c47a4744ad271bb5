import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { createS3ObjectStore } from '#adapters/aws/s3-object-store.ts';
import { openDirectoryObjectStore } from '#adapters/local/directory-object-store.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';
import { fakeS3 } from '#test/helpers/fake-s3.ts';
import { describeObjectStore } from './object-store-contract.ts';

describeObjectStore('memory', async () => ({ store: createMemoryObjectStore() }));

describeObjectStore('directory', async () => {
  const root = await mkdtemp(join(tmpdir(), 'helios-objects-'));
  const close = () => rm(root, { recursive: true });
  return { store: await openDirectoryObjectStore(root), close };
});

describeObjectStore('s3 (fake)', async () => ({
  store: createS3ObjectStore({ client: fakeS3().client, bucket: 'helios' }),
}));

// A real endpoint (MinIO, moto, LocalStack) where one is given; its bucket is left to it.
const endpoint = process.env.AWS_ENDPOINT_URL_S3;
if (endpoint !== undefined) {
  describeObjectStore(`s3 at ${endpoint}`, async () => {
    const bucket = `helios-${randomUUID()}`;
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return {
      store: createS3ObjectStore({ client, bucket }),
      close: async () => client.destroy(),
    };
  });
}
