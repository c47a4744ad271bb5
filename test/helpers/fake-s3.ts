import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

const PAGE_SIZE = 10;

/** A service error as the SDK throws it. */
export function s3Error(name: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode } });
}

/** An S3 client whose bucket is a Map: just enough of S3 for the adapter's calls. */
export function fakeS3(): { client: S3Client; mock: ReturnType<typeof mockClient> } {
  const objects = new Map<string, Uint8Array>();
  const client = new S3Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const mock = mockClient(client);
  mock.on(PutObjectCommand).callsFake(async ({ Key, Body, IfNoneMatch }) => {
    if (IfNoneMatch === '*' && objects.has(Key)) throw s3Error('PreconditionFailed', 412);
    objects.set(Key, Uint8Array.from(Body));
    return {};
  });
  mock.on(GetObjectCommand).callsFake(async ({ Key }) => {
    const bytes = objects.get(Key);
    if (bytes === undefined) throw new NoSuchKey({ message: 'no such key', $metadata: {} });
    const half = Math.ceil(bytes.byteLength / 2);
    const chunks = [Buffer.from(bytes.slice(0, half)), Buffer.from(bytes.slice(half))];
    return { Body: Readable.from(chunks), ContentLength: bytes.byteLength };
  });
  mock.on(ListObjectsV2Command).callsFake(async ({ Prefix, ContinuationToken }) => {
    const keys = [...objects.keys()].filter((key) => key.startsWith(Prefix)).sort();
    const from = ContinuationToken === undefined ? 0 : Number(ContinuationToken);
    const page = keys.slice(from, from + PAGE_SIZE);
    const isLast = from + PAGE_SIZE >= keys.length;
    return {
      ...(page.length > 0 ? { Contents: page.map((Key) => ({ Key })) } : {}),
      IsTruncated: !isLast,
      ...(isLast ? {} : { NextContinuationToken: String(from + PAGE_SIZE) }),
    };
  });
  mock.on(DeleteObjectCommand).callsFake(async ({ Key }) => {
    objects.delete(Key);
    return {};
  });
  return { client, mock };
}
