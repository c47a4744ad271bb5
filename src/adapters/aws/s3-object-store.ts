import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectStore } from '#app/ports/object-store.ts';
import { DomainError } from '#core/errors.ts';
import { type Backoff, backOff, REAL_BACKOFF } from '../backoff.ts';
import { checkObjectKey, checkObjectPrefix } from '../object-key.ts';
import { objectTooLarge } from '../object-too-large.ts';
import { callAws, isAwsError } from './aws-errors.ts';

export interface S3ObjectStoreOptions extends Partial<Backoff> {
  readonly client: S3Client;
  readonly bucket: string;
}

/** Uploads under `ifAbsent` before giving up on a key that others keep writing. */
const MAX_PUT_ATTEMPTS = 5;

/** The objects of a bucket, by a client as functions need it: with explicit timeouts and retries. */
export function openS3ObjectStore(bucket: string): ObjectStore {
  const client = new S3Client({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 },
  });
  return createS3ObjectStore({ client, bucket });
}

/** Objects in an S3 bucket. S3 itself makes a put whole or nothing. */
export function createS3ObjectStore(options: S3ObjectStoreOptions): ObjectStore {
  const { client, bucket } = options;
  const { sleep, random } = { ...REAL_BACKOFF, ...options };

  return {
    async put(key, bytes, { ifAbsent = false } = {}) {
      checkObjectKey(key);
      for (let attempt = 1; attempt <= MAX_PUT_ATTEMPTS; attempt++) {
        const outcome = await putOnce(client, bucket, key, bytes, ifAbsent);
        if (outcome !== 'conflict') return outcome;
        await backOff({ sleep, random }, attempt);
      }
      throw new DomainError('STORE_UNAVAILABLE', `object ${key} is being written by others`, {
        key,
      });
    },

    async get(key, { maxBytes = Infinity } = {}) {
      checkObjectKey(key);
      return callAws('read object', async () => {
        try {
          const input = { Bucket: bucket, Key: key };
          const { Body, ContentLength } = await client.send(new GetObjectCommand(input));
          if (!(Body instanceof Readable)) throw new Error('S3 answered without a body');
          return await readAll(Body, key, ContentLength, maxBytes);
        } catch (error) {
          if (isAwsError(error, 'NoSuchKey')) return undefined;
          throw error;
        }
      });
    },

    async list(prefix) {
      checkObjectPrefix(prefix);
      return callAws('list objects', async () => {
        const keys: string[] = [];
        for await (const { Contents = [] } of paginateListObjectsV2(
          { client },
          { Bucket: bucket, Prefix: prefix },
        )) {
          for (const { Key } of Contents) if (Key !== undefined) keys.push(Key);
        }
        return keys.sort();
      });
    },

    async delete(key) {
      checkObjectKey(key);
      await callAws('delete object', () =>
        client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })),
      );
    },
  };
}

async function putOnce(
  client: S3Client,
  bucket: string,
  key: string,
  bytes: Uint8Array,
  ifAbsent: boolean,
): Promise<'stored' | 'exists' | 'conflict'> {
  return callAws('write object', async () => {
    try {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: bytes,
          ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
        }),
      );
      return 'stored';
    } catch (error) {
      if (isAwsError(error, 'PreconditionFailed')) return 'exists';
      // Another conditional write or a delete of this key is under way: S3 asks to upload again.
      if (isAwsError(error, 'ConditionalRequestConflict')) return 'conflict';
      throw error;
    }
  });
}

async function readAll(
  body: Readable,
  key: string,
  contentLength: number | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = contentLength ?? 0;
  try {
    if (total > maxBytes) throw objectTooLarge(key, total, maxBytes);
    total = 0;
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) throw new Error('S3 answered with text');
      total += chunk.byteLength;
      if (total > maxBytes) throw objectTooLarge(key, total, maxBytes);
      chunks.push(chunk);
    }
  } finally {
    body.destroy();
  }
  return Buffer.concat(chunks, total);
}
