import { randomUUID } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import { createDynamoCatalogStore } from '#adapters/aws/dynamo-catalog-store.ts';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import { createDynamoObservationStore } from '#adapters/aws/dynamo-observation-store.ts';
import type { DynamoClient } from '#adapters/aws/dynamo-operations.ts';
import { createS3ObjectStore } from '#adapters/aws/s3-object-store.ts';
import { Sha256 } from '#adapters/aws/sha256.ts';
import { type Resource, synthesise } from '../infra/synthesise.ts';
import { describeCatalogStore } from './catalog-store-contract.ts';
import { describeObjectStore } from './object-store-contract.ts';
import { describeObservationStore } from './observation-store-contract.ts';

const endpoint = process.env.HELIOS_MOTO_ENDPOINT ?? '';
const REGION = 'us-east-1';
const CREDENTIALS = { accessKeyId: 'testing', secretAccessKey: 'testing' };

/** What moto's CloudFormation makes as AWS does; policies, alarms and keys it does not. */
const SUPPORTED = new Set([
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
]);

const helios = synthesise();
const supported = (stack: string): [string, Resource][] =>
  Object.entries(helios.resources(stack)).filter(([, { Type }]) => SUPPORTED.has(Type));

/** Deploys the supported resources of a stack once more. @returns physical names by logical id */
async function deploy(stack: string): Promise<ReadonlyMap<string, string>> {
  const StackName = `${stack}-${randomUUID()}`;
  const TemplateBody = JSON.stringify({ Resources: Object.fromEntries(supported(stack)) });
  await cloudFormation('CreateStack', { StackName, TemplateBody });
  const described = await cloudFormation('DescribeStackResources', { StackName });
  const members = described.match(/<member>[\s\S]*?<\/member>/g) ?? [];
  return new Map(
    members.map((member) => [
      textOf(member, 'LogicalResourceId'),
      textOf(member, 'PhysicalResourceId'),
    ]),
  );
}

function textOf(xml: string, tag: string): string {
  return new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1] ?? '';
}

/** The query API, signed: no client of CloudFormation is among the packages. */
async function cloudFormation(
  Action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const url = new URL(endpoint);
  const body = new URLSearchParams({ Action, Version: '2010-05-15', ...parameters }).toString();
  const signer = new SignatureV4({
    service: 'cloudformation',
    region: REGION,
    credentials: CREDENTIALS,
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: '/',
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  const answer = await fetch(url, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${Action}: ${answer.status} ${text.slice(0, 500)}`);
  return text;
}

/** The physical name of the one resource whose construct's path ends so. */
async function deployed(path: string): Promise<string> {
  const names = await deploy('HeliosData');
  const [id = ''] =
    supported('HeliosData').find(
      ([, { Metadata }]) => Metadata?.['aws:cdk:path'] === `HeliosData/${path}/Resource`,
    ) ?? [];
  const name = names.get(id);
  if (!name) throw new Error(`moto has not made ${path}`);
  return name;
}

process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey;
process.env.AWS_REGION = REGION;

describe(`a deployment on moto at ${endpoint}`, () => {
  it.each(helios.stackNames.filter((stack) => supported(stack).length > 0))(
    'accepts the supported resources of %s',
    async (stack) => {
      // Redrive policies name queues of their own stack, so a stack goes as a whole.
      const names = await deploy(stack);
      expect([...names.keys()].sort()).toEqual(
        supported(stack)
          .map(([id]) => id)
          .sort(),
      );
      for (const name of names.values()) expect(name).not.toBe('');
    },
  );
});

/**
 * Moto checks a condition and writes in two steps, on threads: two that race may both win. So requests
 * go one at a time, and what races is what the adapters do between them.
 */
function oneAtATime(client: DynamoClient): DynamoClient {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...client,
    send: (operation, input) => {
      const next = last.then(() => client.send(operation, input));
      last = next.catch(() => {});
      return next;
    },
  };
}

describeObjectStore('s3 on moto', async () => {
  const client = new S3Client({
    endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    forcePathStyle: true,
  });
  const bucket = await deployed('Objects/Bucket');
  return { store: createS3ObjectStore({ client, bucket }), close: async () => client.destroy() };
});

describeCatalogStore('dynamo on moto', async () => {
  const client = oneAtATime(createDynamoClient({ endpoint }));
  const table = await deployed('Catalog/Table');
  const store = createDynamoCatalogStore({ client, table });
  return { store, other: createDynamoCatalogStore({ client, table }), close: async () => {} };
});

describeObservationStore('dynamo on moto', async () => {
  const client = oneAtATime(createDynamoClient({ endpoint }));
  const options = {
    client,
    table: await deployed('Observations/Table'),
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
    maxAttempts: 50,
  };
  const store = createDynamoObservationStore(options);
  return { store, other: createDynamoObservationStore(options), close: async () => {} };
});
