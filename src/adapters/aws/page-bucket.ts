import {
  DeleteObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import type { PageBucket } from '#app/ports/page-bucket.ts';

/** The bucket that CloudFront reads the dashboard from, by a client with explicit timeouts and retries. */
export function openPageBucket(name: string): PageBucket {
  const client = new S3Client({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 },
  });
  return createPageBucket(client, name);
}

/** The dashboard's files as objects of an S3 bucket. */
export function createPageBucket(client: S3Client, name: string): PageBucket {
  return {
    name,
    async put({ path, bytes, contentType, cacheControl }) {
      await client.send(
        new PutObjectCommand({
          Bucket: name,
          Key: path,
          Body: bytes,
          ContentType: contentType,
          CacheControl: cacheControl,
        }),
      );
    },
    async list() {
      const paths: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: name })) {
        paths.push(...Contents.flatMap(({ Key }) => Key ?? []));
      }
      return paths;
    },
    async delete(path) {
      await client.send(new DeleteObjectCommand({ Bucket: name, Key: path }));
    },
  };
}
