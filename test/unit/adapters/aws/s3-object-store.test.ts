import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { createS3ObjectStore } from '#adapters/aws/s3-object-store.ts';
import { fakeS3, s3Error } from '#test/helpers/fake-s3.ts';

function storeOnFake() {
  const { client, mock } = fakeS3();
  const slept: number[] = [];
  const sleep = async (ms: number) => {
    slept.push(ms);
  };
  return {
    mock,
    slept,
    store: createS3ObjectStore({ client, bucket: 'helios', sleep, random: () => 0.5 }),
  };
}

describe('the S3 object store', () => {
  it('uploads again while another conditional write is under way', async () => {
    const { mock, slept, store } = storeOnFake();
    mock.on(PutObjectCommand).rejectsOnce(s3Error('ConditionalRequestConflict', 409)).resolves({});
    expect(await store.put('a', Buffer.from('x'), { ifAbsent: true })).toBe('stored');
    expect(slept).toEqual([20]);
  });

  it('gives up when that does not end', async () => {
    const { mock, store } = storeOnFake();
    mock.on(PutObjectCommand).rejects(s3Error('ConditionalRequestConflict', 409));
    await expect(store.put('a', Buffer.from('x'), { ifAbsent: true })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    expect(mock.commandCalls(PutObjectCommand)).toHaveLength(5);
  });

  it('does not read a body that its length says is too large', async () => {
    const { mock, store } = storeOnFake();
    const body = new Readable({
      read() {
        throw new Error('the body was read');
      },
    });
    mock.on(GetObjectCommand).callsFake(() => ({ Body: body, ContentLength: 11 }));
    await expect(store.get('a', { maxBytes: 10 })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
    expect(body.destroyed).toBe(true);
  });

  it('stops reading a body that is larger than its length said', async () => {
    const { mock, store } = storeOnFake();
    let chunks = 0;
    const body = Readable.from(
      (function* () {
        for (; chunks < 1_000; chunks++) yield Buffer.alloc(4);
      })(),
    );
    mock.on(GetObjectCommand).callsFake(() => ({ Body: body, ContentLength: 4 }));
    await expect(store.get('a', { maxBytes: 10 })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
    // Three chunks pass the cap; the stream may have read some ahead, but not all of them.
    expect(chunks).toBeLessThan(100);
  });

  it.each([
    ['SlowDown', 503, 'THROTTLED'],
    ['InternalError', 500, 'STORE_UNAVAILABLE'],
    ['AccessDenied', 403, 'STORE_UNAVAILABLE'],
    ['NoSuchBucket', 404, 'STORE_UNAVAILABLE'],
  ])('reports %s', async (name, status, code) => {
    const { mock, store } = storeOnFake();
    mock.on(GetObjectCommand).rejects(s3Error(name, status));
    await expect(store.get('a')).rejects.toMatchObject({ code, cause: { name } });
  });
});
