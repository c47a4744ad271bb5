import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createDynamoCatalogStore } from '#adapters/aws/dynamo-catalog-store.ts';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import { epochMs } from '#core/time.ts';

const mock = mockClient(DynamoDBDocumentClient);
const store = createDynamoCatalogStore({
  client: createDynamoClient({ endpoint: 'http://127.0.0.1:9', maxAttempts: 1 }),
  table: 'T',
  newToken: () => 'mine',
});
const KEY = { partition: 'p', id: 'i' };
const stored = (token: string) => ({ pk: 'p', sk: 'i', data: '{"v":1}', rev: 1, token });

beforeEach(() => {
  mock.reset();
});

describe('a conditional write that the SDK had to send twice', () => {
  beforeEach(() => {
    mock
      .on(UpdateCommand)
      .rejects(new ConditionalCheckFailedException({ message: 'no', $metadata: { attempts: 2 } }));
  });

  it('has been made when the record carries its token', async () => {
    mock.on(GetCommand).resolves({ Item: stored('mine') });
    expect(await store.put(KEY, { v: 1 }, { condition: { ifAbsent: true } })).toEqual({
      ...KEY,
      data: { v: 1 },
      revision: 1,
    });
  });

  it('has lost when the record is of another writer, although it says the same', async () => {
    mock.on(GetCommand).resolves({ Item: stored('theirs') });
    expect(await store.put(KEY, { v: 1 }, { condition: { ifAbsent: true } })).toBeUndefined();
  });
});

describe('expiry', () => {
  it('is written in whole seconds, rounded up, and removed by a write without it', async () => {
    mock.on(UpdateCommand).resolves({ Attributes: stored('mine') });
    await store.put(KEY, { v: 1 }, { expiresAt: epochMs(1_001) });
    await store.put(KEY, { v: 1 });
    const [first, second] = mock.commandCalls(UpdateCommand).map((call) => call.args[0].input);
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
    mock.on(GetCommand).resolves({ Item });
    await expect(store.get(KEY)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      details: { partition: 'p', id: 'i' },
    });
  });
});
