import type {
  AttributeValue,
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  CreateTableCommandInput,
  CreateTableCommandOutput,
  DeleteItemCommandInput,
  DeleteItemCommandOutput,
  DescribeTableCommandInput,
  DescribeTableCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommandInput,
  PutItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  ScanCommandInput,
  ScanCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { NativeAttributeValue } from '@aws-sdk/util-dynamodb';

/** The same with plain values in the place of typed attributes. */
type Plain<T> = T extends AttributeValue
  ? NativeAttributeValue
  : T extends object
    ? { [K in keyof T]: Plain<T[K]> }
    : T;

/** One operation: what it takes and what it answers, both with plain values. */
interface Operation<I, O> {
  readonly input: Plain<I>;
  readonly output: Plain<Omit<O, '$metadata'>>;
}

/** The operations of DynamoDB that Helios uses. The types, and only they, are the SDK's. */
export interface DynamoOperations {
  readonly BatchGetItem: Operation<BatchGetItemCommandInput, BatchGetItemCommandOutput>;
  readonly CreateTable: Operation<CreateTableCommandInput, CreateTableCommandOutput>;
  readonly DeleteItem: Operation<DeleteItemCommandInput, DeleteItemCommandOutput>;
  readonly DescribeTable: Operation<DescribeTableCommandInput, DescribeTableCommandOutput>;
  readonly GetItem: Operation<GetItemCommandInput, GetItemCommandOutput>;
  readonly PutItem: Operation<PutItemCommandInput, PutItemCommandOutput>;
  readonly Query: Operation<QueryCommandInput, QueryCommandOutput>;
  readonly Scan: Operation<ScanCommandInput, ScanCommandOutput>;
  readonly UpdateItem: Operation<UpdateItemCommandInput, UpdateItemCommandOutput>;
}

export type DynamoOperation = keyof DynamoOperations;
export type DynamoInput<N extends DynamoOperation> = DynamoOperations[N]['input'];
export type DynamoOutput<N extends DynamoOperation> = DynamoOperations[N]['output'];

/** DynamoDB, with plain values in the place of typed attributes. */
export interface DynamoClient {
  /** @throws {AwsServiceError} what the service refuses, by its name */
  send<N extends DynamoOperation>(operation: N, input: DynamoInput<N>): Promise<DynamoOutput<N>>;
}

/** The pages of a query or a scan, 1 MB each. */
export async function* pagesOf<N extends 'Query' | 'Scan'>(
  client: DynamoClient,
  operation: N,
  input: DynamoInput<N>,
): AsyncIterable<DynamoOutput<N>> {
  let next: DynamoInput<N>['ExclusiveStartKey'] | undefined;
  do {
    const page: DynamoOutput<N> = await client.send(
      operation,
      next === undefined ? input : { ...input, ExclusiveStartKey: next },
    );
    yield page;
    next = page.LastEvaluatedKey;
  } while (next !== undefined);
}
