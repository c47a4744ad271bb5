import { createDynamoObservationStore } from '#adapters/aws/dynamo-observation-store.ts';
import { createMemoryObservationStore } from '#adapters/local/memory-observation-store.ts';
import { startTables, TABLE_NAMES } from '#test/helpers/dynalite-tables.ts';
import { describeObservationStore } from './observation-store-contract.ts';

describeObservationStore('memory', async () => {
  const store = createMemoryObservationStore();
  return { store, other: store };
});

describeObservationStore('dynamo on dynalite', async () => {
  const { client, close } = await startTables();
  // The back-off's waits are over at once: only their order matters.
  const options = {
    client,
    table: TABLE_NAMES.observations,
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
    maxAttempts: 50,
  };
  return {
    store: createDynamoObservationStore(options),
    other: createDynamoObservationStore(options),
    close,
  };
});
