import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findServedRoute } from '#contracts/find-route.ts';
import { ErrorEnvelopeSchema } from '#contracts/http/common.ts';
import { functionFolders } from '#test/helpers/function-handlers.ts';
import { covers, type Grant, grantsOf } from './grants.ts';
import { createSampleRunner, type SampleOutcome, type SampleRunner } from './sample-events.ts';
import { synthesise } from './synthesise.ts';

const helios = synthesise({
  authentication: { keys: { enabled: true } },
  dashboard: { enabled: true },
  actuation: {
    enabled: true,
    targets: [{ deployment: 'web', namespace: 'shop', resource_id: 'service/shop/web' }],
  },
});

let runner: SampleRunner;
beforeAll(async () => {
  runner = await createSampleRunner();
}, 120_000);
afterAll(() => runner.close());

const CATALOG = 'HeliosData/Catalog/Table.Arn';
const OBJECTS = 'HeliosData/Objects/Bucket.Arn';

/**
 * What a role allows and no sample event makes a function do. Each is needed for what stands beside it,
 * and done by a unit test of that use case over the same ports.
 */
const NOT_SAMPLED: Readonly<Record<string, readonly string[]>> = {
  // A target that is no longer raised is forgotten.
  actuate: [`dynamodb:DeleteItem on ${CATALOG}`],
  // Observations are merged with those stored; the sample source has none.
  collect: ['dynamodb:BatchGetItem on HeliosData/Observations/Table.Arn'],
  // The samples' workload has two days of history, detectors are learned from more.
  detect: [`s3:GetObject on ${OBJECTS}/detectors/*`],
  'fit-detectors': [
    `s3:GetObject on ${OBJECTS}/detectors/*`,
    `s3:PutObject on ${OBJECTS}/detectors/*`,
    `s3:PutObject on ${OBJECTS}/runs/*`,
  ],
  // A workload whose cadence is no longer lowered leaves that list.
  dispatch: [`dynamodb:DeleteItem on ${CATALOG}`],
  // The results of a map are read where it has written some.
  finish: [`s3:GetObject on ${OBJECTS}/runs/*`],
  // A pool takes several workloads, the samples have one.
  'fit-boosting': [`s3:GetObject on ${OBJECTS}/models/*`, `s3:PutObject on ${OBJECTS}/models/*`],
  // Networks are trained on request, over minutes.
  'fit-recurrent': [
    `s3:GetObject on ${OBJECTS}/checkpoints/*`,
    `s3:PutObject on ${OBJECTS}/checkpoints/*`,
    `s3:PutObject on ${OBJECTS}/runs/*`,
  ],
  // CloudFormation alone has an address that is answered.
  publish: [
    's3:DeleteObject on HeliosDashboard/Page/Bucket.Arn/*',
    's3:PutObject on HeliosDashboard/Page/Bucket.Arn/*',
  ],
  // A report is read once its replay has ended.
  replay: [`s3:GetObject on ${OBJECTS}/runs/*`],
  // An incident ends, detectors were learned, a champion has drifted.
  score: [
    `dynamodb:DeleteItem on ${CATALOG}`,
    `s3:GetObject on ${OBJECTS}/detectors/*`,
    'states:StartExecution on HeliosPipeline/Training/StateMachine',
  ],
  // Every sample is a replay whose request has gone: a real one takes a minute.
  simulate: [
    'dynamodb:Query on HeliosData/Observations/Table.Arn',
    `dynamodb:Query on ${CATALOG}`,
    `dynamodb:UpdateItem on ${CATALOG}`,
    `s3:PutObject on ${OBJECTS}/runs/*`,
  ],
};

describe.each(functionFolders())('the bundle of %s', (name) => {
  let outcomes: readonly SampleOutcome[];
  beforeAll(async () => {
    outcomes = await runner.run(name);
  }, 120_000);

  it('answers its sample events in a process of its own', () => {
    expect(outcomes.map(({ sample, actual }) => [sample, actual])).toEqual(
      outcomes.map(({ sample, expected }) => [sample, expected]),
    );
  });

  it('answers in the form of its routes', () => {
    for (const { sample, event, actual, body } of outcomes) {
      const route = findServedRoute(String(Object(event).routeKey))?.route;
      if (!route || route.contentType !== undefined || typeof body !== 'string') continue;
      const schema = Number(actual) < 300 ? route.response : ErrorEnvelopeSchema;
      expect([sample, schema.safeParse(JSON.parse(body)).error]).toEqual([sample, undefined]);
    }
  });

  it('calls nothing that its role does not allow', () => {
    const fn = helios.functions.get(name);
    if (!fn) throw new RangeError(`${name} is not deployed`);
    const grants = grantsOf(helios, fn);
    const refused = outcomes.flatMap(({ sample, calls }) =>
      calls
        .filter(({ action, resource }) => !grants.some((grant) => covers(grant, action, resource)))
        .map(({ action, resource }) => `${sample}: ${action} on ${resource}`),
    );
    expect([...new Set(refused)]).toEqual([]);
  });

  it('calls everything that its role allows', () => {
    const fn = helios.functions.get(name);
    if (!fn) throw new RangeError(`${name} is not deployed`);
    const called = outcomes.flatMap(({ calls }) => calls);
    const unused = grantsOf(helios, fn)
      .filter((grant) => !BY_LAMBDA.has(grant.action) && !isForFailures(grant))
      .filter((grant) => !called.some((call) => covers(grant, call.action, call.resource)))
      .map(({ action, resource }) => `${action} on ${resource}`);
    expect(unused).toEqual(NOT_SAMPLED[name] ?? []);
  });
});

/** What Lambda itself does with a function's role. */
const BY_LAMBDA: ReadonlySet<string> = new Set([
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
  // S3 says 404 for a missing object only to those who may list it.
  's3:ListBucket',
]);

/** Lambda sends there what failed. */
function isForFailures({ resource }: Grant): boolean {
  return /\/FailedEvents\//.test(resource);
}
