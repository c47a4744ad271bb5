import { beforeEach, describe, expect, it } from '@jest/globals';
import { AwsServiceError } from '#adapters/aws/aws-errors.ts';
import { createDynamoCatalogStore } from '#adapters/aws/dynamo-catalog-store.ts';
import { epochMs } from '#core/time.ts';
import { fakeDynamo } from '#test/helpers/fake-dynamo.ts';

const dynamo = fakeDynamo();
const store = createDynamoCatalogStore({
  client: dynamo.client,
  table: 'T',
  newToken: () => 'mine',
});
const KEY = { partition: 'p', id: 'i' };
const stored = (token: string) => ({ pk: 'p', sk: 'i', data: '{"v":1}', rev: 1, token });

beforeEach(() => {
  dynamo.reset();
});

describe('a conditional write that the client had to send twice', () => {
  beforeEach(() => {
    dynamo.on(
      'UpdateItem',
      new AwsServiceError('ConditionalCheckFailedException', 'no', {
        httpStatusCode: 400,
        attempts: 2,
      }),
    );
  });

  it('has been made when the record carries its token', async () => {
    dynamo.on('GetItem', { Item: stored('mine') });
    expect(await store.put(KEY, { v: 1 }, { condition: { ifAbsent: true } })).toEqual({
      ...KEY,
      data: { v: 1 },
      revision: 1,
    });
  });

  it('has lost when the record is of another writer, although it says the same', async () => {
    dynamo.on('GetItem', { Item: stored('theirs') });
    expect(await store.put(KEY, { v: 1 }, { condition: { ifAbsent: true } })).toBeUndefined();
  });
});

describe('expiry', () => {
  it('is written in whole seconds, rounded up, and removed by a write without it', async () => {
    dynamo.on('UpdateItem', { Attributes: stored('mine') });
    await store.put(KEY, { v: 1 }, { expiresAt: epochMs(1_001) });
    await store.put(KEY, { v: 1 });
    const [first, second] = dynamo.sent('UpdateItem');
    expect(first?.ExpressionAttributeValues).toMatchObject({ ':ttl': 2 });
    expect(second?.UpdateExpression).toMatch(/ REMOVE #ttl$/);
  });
});

describe('a stored record', () => {
  it.each([
    ['text that is no JSON', { ...stored('x'), data: '{' }],
    ['data that is no object', { ...stored('x'), data: '[]' }],
    ['no revision', { ...stored('x'), rev: 0 }],
  ])('with %s is named', async (_, Item) => {
    dynamo.on('GetItem', { Item });
    await expect(store.get(KEY)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      details: { partition: 'p', id: 'i' },
    });
  });
});
