import { join } from 'node:path';
import { ensureTables } from '#adapters/aws/create-tables.ts';
import { createDynamoCatalogStore } from '#adapters/aws/dynamo-catalog-store.ts';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import { startDynalite } from '#adapters/local/dynalite-server.ts';
import { createIncidentLog } from '#app/incident-log.ts';
import type { Incident } from '#contracts/http/incidents.ts';
import { RunListSchema } from '#contracts/http/train.ts';
import { addMs, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { bodyOf, get } from '#test/helpers/api.ts';
import { createSandbox, type HeliosServer, type Sandbox } from '#test/helpers/helios-process.ts';
import { openIncidentAt } from '#test/helpers/incidents.ts';
import { until } from '#test/helpers/until.ts';

/** This machine, which the server collects itself: the sample's own incidents stay as they were found. */
const HOST = 'default#local#host#*';

/** A server of the build with the trained sample, and an open incident of this machine. */
export interface ServedSample {
  readonly sandbox: Sandbox;
  readonly dataDir: string;
  readonly server: HeliosServer;
  readonly incident: Incident;
}

export async function serveSample(): Promise<ServedSample> {
  const sandbox = createSandbox();
  const dataDir = await sandbox.directory();
  const incident = await storeIncident(dataDir);
  const server = await sandbox.serve(dataDir);
  await until(180_000, 'the sample to be trained', async () => {
    const { runs } = bodyOf(await get(server.url, '/api/v1/runs'), RunListSchema);
    return runs.find(({ finished_at, trained }) => finished_at !== null && trained > 0);
  });
  return { sandbox, dataDir, server, incident };
}

/** As the server finds it in its store: waiting for a real one would take hours. */
async function storeIncident(dataDir: string): Promise<Incident> {
  const dynalite = await startDynalite({ path: join(dataDir, 'tables') });
  const client = createDynamoClient({ endpoint: dynalite.endpoint });
  const table = 'helios-catalog';
  await ensureTables(client, { observations: 'helios-observations', catalog: table });
  const start = addMs(epochMs(Math.floor(Date.now() / HOUR) * HOUR), MINUTE, -90);
  const incident = openIncidentAt(start, { key: HOST });
  await createIncidentLog(createDynamoCatalogStore({ client, table })).save(incident);
  await dynalite.close();
  return incident;
}
