import type {
  DynamoClient,
  DynamoInput,
  DynamoOperation,
} from '#adapters/aws/dynamo-operations.ts';

type Answer<N extends DynamoOperation> = object | Error | ((input: DynamoInput<N>) => object);

/** DynamoDB that answers as it is told and keeps what it was sent. */
export interface FakeDynamo {
  readonly client: DynamoClient;
  /** What an operation answers from now on, one call each, the last one for ever; errors are thrown. */
  on<N extends DynamoOperation>(operation: N, ...answers: readonly Answer<N>[]): void;
  /** The inputs of an operation, in the order sent. */
  sent<N extends DynamoOperation>(operation: N): readonly DynamoInput<N>[];
  reset(): void;
}

export function fakeDynamo(): FakeDynamo {
  const answers = new Map<DynamoOperation, Answer<DynamoOperation>[]>();
  const calls: [DynamoOperation, unknown][] = [];
  return {
    client: {
      async send(operation, input) {
        calls.push([operation, input]);
        const queue = answers.get(operation) ?? [];
        const answer = queue.length > 1 ? queue.shift() : queue[0];
        if (answer instanceof Error) throw answer;
        return (typeof answer === 'function' ? answer(input) : (answer ?? {})) as never;
      },
    },
    on: (operation, ...list) => {
      answers.set(operation, [...list] as Answer<DynamoOperation>[]);
    },
    sent: (operation) =>
      calls.filter(([name]) => name === operation).map(([, input]) => input as never),
    reset() {
      answers.clear();
      calls.length = 0;
    },
  };
}
