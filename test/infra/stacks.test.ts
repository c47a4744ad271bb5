import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import type * as z from 'zod';
import type { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import {
  ActuateEnvSchema,
  AuthorizeEnvSchema,
  PipelineEnvSchema,
  PublishEnvSchema,
  StoreEnvSchema,
  TrainEnvSchema,
  WorkEnvSchema,
} from '#contracts/env.ts';
import {
  functionPlaceholder,
  PIPELINE_FUNCTIONS,
  TRAINING_PIPELINE,
} from '#contracts/pipeline/definition.ts';
import { servedRoutes } from '#contracts/route-sets.ts';
import { ROUTES } from '#contracts/routes.ts';
import { SCHEDULES } from '#contracts/schedules.ts';
import { FUNCTIONS_DIRECTORY } from '#lib/constructs/project.ts';
import { list, type Synthesised, synthesise } from './synthesise.ts';

const CONFIG = {
  workloads: [{ deployment: 'web', metrics: {} }],
  actuation: { enabled: true },
  accounts: [
    {
      name: 'prod',
      role_arn: 'arn:aws:iam::123456789012:role/helios-reader',
      external_id: 'helios-4711',
    },
  ],
  discovery: { kinds: ['ecs-service'], places: [{ account: 'prod' }] },
  authentication: { keys: { enabled: true } },
  dashboard: { enabled: true },
  training: {
    window_days: 14,
    minimum_improvement: 0.1,
    recurrent: 'on-request',
    mlflow_tracking_uri: 'https://mlflow.test/tracking',
  },
} satisfies z.input<typeof HeliosConfigSchema>;
const helios = synthesise(CONFIG);
const unconfigured = synthesise();
/** Statements of a function's role with one of these actions, as written. */
function statementsOf({ functions, ofType }: Synthesised, name: string, actions: RegExp) {
  const fn = functions.get(name);
  const role = fn?.resource.Properties.Role['Fn::GetAtt'][0];
  return ofType(fn?.stack ?? '', 'AWS::IAM::Policy')
    .filter(([, { Properties }]) =>
      list(Properties.Roles).some((each) => Object(each).Ref === role),
    )
    .flatMap(([, { Properties }]) => list(Properties.PolicyDocument.Statement))
    .map(Object)
    .filter(({ Action }) => list(Action).some((action) => actions.test(String(action))))
    .map(({ Action, Resource }) => [Action, Resource]);
}

const ALARM_TOPIC = 'HeliosData/Alarms/Topic';

describe('reading other accounts and looking for workloads', () => {
  const role = 'arn:aws:iam::123456789012:role/helios-reader';
  const READING = /^(cloudwatch|tag|sts):/;

  it('is allowed for exactly the roles configured, and only where it is configured', () => {
    expect(statementsOf(helios, 'collect', READING)).toEqual([
      ['cloudwatch:GetMetricData', '*'],
      ['sts:AssumeRole', role],
    ]);
    expect(statementsOf(helios, 'dispatch', READING)).toEqual([
      [['cloudwatch:ListMetrics', 'tag:GetResources'], '*'],
      ['sts:AssumeRole', role],
    ]);
    expect(statementsOf(unconfigured, 'collect', READING)).toEqual([
      ['cloudwatch:GetMetricData', '*'],
    ]);
    expect(statementsOf(unconfigured, 'dispatch', READING)).toEqual([]);
  });
});

describe('functions', () => {
  it('are the folders under functions/, each deployed once', () => {
    expect([...helios.functions.keys()].sort()).toEqual(readdirSync(FUNCTIONS_DIRECTORY).sort());
    const inTemplates = helios.stackNames.flatMap((stack) =>
      helios.ofType(stack, 'AWS::Lambda::Function'),
    );
    expect(inTemplates).toHaveLength(helios.functions.size);
  });

  it.each([...helios.functions.values()])('$name runs on arm64 with a bounded log', (fn) => {
    const { Properties } = fn.resource;
    expect(Properties).toMatchObject({
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
    });
    expect(Properties.Timeout).toBeLessThanOrEqual(900);
    expect(Properties.MemorySize).toBeGreaterThanOrEqual(512);
    const logGroup = helios.resources(fn.stack)[Properties.LoggingConfig.LogGroup.Ref];
    expect(logGroup?.Properties.RetentionInDays).toBe(30);
  });

  it.each([...helios.functions.values()])('$name has alarms on errors and throttles', (fn) => {
    const alarms = helios.ofType(fn.stack, 'AWS::CloudWatch::Alarm').flatMap(([, alarm]) => {
      const { Dimensions, MetricName, Threshold, AlarmActions } = alarm.Properties;
      const isOwn = Dimensions?.[0]?.Value?.Ref === fn.logicalId;
      return isOwn ? [[MetricName, Threshold, helios.resolve(fn.stack, AlarmActions)]] : [];
    });
    expect(alarms.sort()).toEqual([
      ['Errors', 1, [ALARM_TOPIC]],
      ['Throttles', 1, [ALARM_TOPIC]],
    ]);
  });

  const environments: Readonly<Record<string, z.ZodType>> = {
    ingest: StoreEnvSchema,
    predict: StoreEnvSchema,
    detect: StoreEnvSchema,
    capacity: StoreEnvSchema,
    recommend: StoreEnvSchema,
    catalog: StoreEnvSchema,
    metrics: StoreEnvSchema,
    actuate: ActuateEnvSchema,
    authorize: AuthorizeEnvSchema,
    publish: PublishEnvSchema,
    simulate: StoreEnvSchema,
    replay: TrainEnvSchema,
    train: TrainEnvSchema,
    score: TrainEnvSchema,
    dispatch: WorkEnvSchema,
    collect: WorkEnvSchema,
    ...Object.fromEntries(PIPELINE_FUNCTIONS.map((name) => [name, PipelineEnvSchema])),
  };

  it.each([...helios.functions.values()])('$name has the environment it parses', (fn) => {
    const variables = deployedValues(
      helios.resolve(fn.stack, fn.resource.Properties.Environment.Variables),
    );
    const schema = environments[fn.name];
    expect(schema?.safeParse(variables)).toMatchObject({ success: true });
    // Nothing that nobody reads.
    expect(Object.keys(Object(schema?.parse(variables))).sort()).toEqual(
      Object.keys(variables).sort(),
    );
  });

  it('of the pipeline get the settings of the configuration', () => {
    for (const name of PIPELINE_FUNCTIONS) {
      expect(variablesOf(helios, name)).toMatchObject({
        TRAINING_WINDOW_DAYS: '14',
        MINIMUM_IMPROVEMENT: '0.1',
        RECURRENT_NIGHTLY: 'false',
      });
    }
  });

  it('of the pipeline train recurrent networks on request unless told otherwise', () => {
    for (const name of PIPELINE_FUNCTIONS) {
      expect(variablesOf(unconfigured, name)).toMatchObject({ RECURRENT_NIGHTLY: 'false' });
    }
  });

  it('other than register know of no tracking server, nor does it where none is configured', () => {
    const tracking = 'MLFLOW_TRACKING_URI';
    const knowing = ({ functions }: Synthesised) =>
      [...functions.values()]
        .map(({ resource }) => resource.Properties.Environment.Variables[tracking])
        .filter((uri) => uri !== undefined);
    expect(variablesOf(helios, 'register')).toHaveProperty(
      tracking,
      CONFIG.training.mlflow_tracking_uri,
    );
    expect(knowing(helios)).toHaveLength(1);
    expect(knowing(unconfigured)).toEqual([]);
  });

  it('that train have the engines as a layer, and they alone', () => {
    const layered = [...helios.functions.values()]
      .map(({ name, stack, resource }) => [name, helios.resolve(stack, resource.Properties.Layers)])
      .filter(([, layers]) => list(layers).includes('HeliosPipeline/Numerics/Layer'));
    expect(Object.fromEntries(layered)).toEqual({
      'fit-statistical': ['HeliosPipeline/Numerics/Layer'],
      'fit-boosting': ['HeliosPipeline/Numerics/Layer'],
      'fit-recurrent': ['HeliosPipeline/Numerics/Layer'],
      'fit-detectors': ['HeliosPipeline/Numerics/Layer'],
    });
    helios.template('HeliosPipeline').hasResourceProperties('AWS::Lambda::LayerVersion', {
      CompatibleArchitectures: ['arm64'],
      CompatibleRuntimes: ['nodejs24.x'],
    });
  });

  it('get the same layer from the same packages: a deployment does not replace it', () => {
    const contents = [helios, unconfigured].map(
      ({ ofType }) =>
        ofType('HeliosPipeline', 'AWS::Lambda::LayerVersion')[0]?.[1].Properties.Content,
    );
    expect(contents[0]).toHaveProperty('S3Key', expect.stringMatching(/^[0-9a-f]{64}\.zip$/));
    expect(contents[1]).toEqual(contents[0]);
  });

  it('that are invoked asynchronously keep the events they failed on', () => {
    const kept = ['HeliosCollection', 'HeliosPipeline'].flatMap((stack) =>
      helios.ofType(stack, 'AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => ({
        of: helios.resolve(stack, Properties.FunctionName),
        in: helios.resolve(stack, Properties.DestinationConfig.OnFailure.Destination),
      })),
    );
    expect(kept).toEqual([
      { of: 'HeliosCollection/Dispatch/Function', in: 'HeliosCollection/FailedEvents/Queue.Arn' },
      { of: 'HeliosPipeline/Train/Function', in: 'HeliosPipeline/FailedEvents/Queue.Arn' },
    ]);
  });

  it.each(['dispatch', 'collect'])('%s reads the configuration from its layer', (name) => {
    const fn = helios.functions.get(name);
    expect(helios.resolve('HeliosCollection', fn?.resource.Properties.Layers)).toEqual([
      'HeliosCollection/Config/Layer',
    ]);
    expect(fn?.resource.Properties.Environment.Variables.CONFIG_PATH).toBe(
      '/opt/helios.config.json',
    );
    const files = helios.assetFiles.get('helios.config.json') ?? [];
    expect(files.map((file) => JSON.parse(file) as unknown)).toContainEqual(
      expect.objectContaining({
        workloads: [
          expect.objectContaining({
            deployment: 'web',
            namespace: 'default',
            source: 'cloudwatch',
          }),
        ],
        training: expect.objectContaining(CONFIG.training),
      }),
    );
  });
});

describe('the API', () => {
  const api = helios.template('HeliosApi');
  const integrations = new Map(
    helios
      .ofType('HeliosApi', 'AWS::ApiGatewayV2::Integration')
      .map(([id, { Properties }]) => [id, Properties]),
  );

  it('has one integration for each function, of payload 2.0', () => {
    const uris = [...integrations.values()].map((each) =>
      helios.resolve('HeliosApi', each.IntegrationUri),
    );
    expect(uris.sort()).toEqual([
      'HeliosApi/Capacity/Function.Arn',
      'HeliosApi/Catalog/Function.Arn',
      'HeliosApi/Detect/Function.Arn',
      'HeliosApi/Ingest/Function.Arn',
      'HeliosApi/Metrics/Function.Arn',
      'HeliosApi/Predict/Function.Arn',
      'HeliosApi/Recommend/Function.Arn',
      'HeliosApi/Replay/Function.Arn',
      'HeliosPipeline/Train/Function.Arn',
    ]);
    for (const each of integrations.values()) expect(each.PayloadFormatVersion).toBe('2.0');
  });

  it('has the routes of the table and no other, signed unless open', () => {
    const deployed = helios
      .ofType('HeliosApi', 'AWS::ApiGatewayV2::Route')
      .map(([, { Properties }]) => {
        const integration = integrations.get(Properties.Target['Fn::Join'][1][1].Ref);
        const uri = helios.resolve('HeliosApi', integration?.IntegrationUri);
        return [Properties.RouteKey, Properties.AuthorizationType, uri];
      });
    const guardedBy = { open: 'NONE', iam: 'AWS_IAM', key: 'CUSTOM', jwt: 'JWT' };
    const expected = servedRoutes(ROUTES, ['open', 'iam', 'key']).map(
      ({ set, routeKey, route }) => [
        routeKey,
        guardedBy[set],
        `${helios.functions.get(route.function)?.path}/Function.Arn`,
      ],
    );
    expect(deployed.sort()).toEqual(expected.sort());
    expect(
      deployed.filter(([, authorization]) => authorization === 'NONE').map(([key]) => key),
    ).toEqual(['GET /health', 'GET /openapi.json', 'GET /ready']);
  });

  it('alone may invoke its functions', () => {
    const permissions = helios
      .ofType('HeliosApi', 'AWS::Lambda::Permission')
      .map(([, { Properties }]) => Properties);
    // One of them is for the authorizer: the test of authentication looks at it.
    expect(permissions).toHaveLength(10);
    for (const { Principal, SourceArn, FunctionName } of permissions) {
      if (String(helios.resolve('HeliosApi', FunctionName)).includes('Authorize')) continue;
      expect(Principal).toBe('apigateway.amazonaws.com');
      expect(helios.resolve('HeliosApi', SourceArn)).toBe(
        'arn:PARTITION:execute-api:REGION:ACCOUNT:HeliosApi/Api/Api/*/*/*',
      );
    }
  });

  it('is throttled and writes an access log that is kept for three months', () => {
    api.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
      AccessLogSettings: {
        DestinationArn: Match.anyValue(),
        Format: Match.stringLikeRegexp('status'),
      },
    });
    api.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });
});

describe('schedules', () => {
  it('are those of the table, in UTC, each to its function', () => {
    const deployed = ['HeliosCollection', 'HeliosPipeline'].flatMap((stack) =>
      helios.ofType(stack, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => ({
        expression: Properties.ScheduleExpression,
        timezone: Properties.ScheduleExpressionTimezone,
        target: helios.resolve(stack, Properties.Target.Arn),
        input: JSON.parse(Properties.Target.Input),
        deadLetters: helios.resolve(stack, Properties.Target.DeadLetterConfig.Arn),
      })),
    );
    const collection = {
      timezone: 'Etc/UTC',
      target: 'HeliosCollection/Dispatch/Function.Arn',
      deadLetters: 'HeliosCollection/FailedEvents/Queue.Arn',
    };
    expect(deployed).toEqual([
      { ...collection, expression: 'rate(5 minutes)', input: { task: 'collect-and-score' } },
      { ...collection, expression: 'rate(1 hour)', input: { task: 'plan-collection' } },
      { ...collection, expression: 'rate(1 hour)', input: { task: 'roll-up' } },
      { ...collection, expression: 'cron(30 1 * * ? *)', input: { task: 'roll-up-again' } },
      {
        timezone: 'Etc/UTC',
        expression: 'cron(0 2 * * ? *)',
        target: 'HeliosPipeline/Train/Function.Arn',
        input: { task: 'train' },
        deadLetters: 'HeliosPipeline/FailedEvents/Queue.Arn',
      },
    ]);
    expect(deployed.map(({ input }) => input)).toEqual(SCHEDULES.map(({ event }) => event));
  });
});

describe('the state machine', () => {
  const machine = helios.ofType('HeliosPipeline', 'AWS::StepFunctions::StateMachine')[0]?.[1]
    .Properties;

  it('is the shared definition, unchanged', () => {
    expect(JSON.parse(machine.DefinitionString)).toEqual(TRAINING_PIPELINE);
    expect(machine.StateMachineType).toBe('STANDARD');
  });

  it('has every placeholder bound to what it names', () => {
    const bound = helios.resolve('HeliosPipeline', machine.DefinitionSubstitutions);
    expect(bound).toEqual({
      ...Object.fromEntries(
        PIPELINE_FUNCTIONS.map((name) => [
          functionPlaceholder(name),
          `${helios.functions.get(name)?.path}/Function.Arn`,
        ]),
      ),
      BucketName: 'HeliosData/Objects/Bucket',
    });
    const used = new Set(machine.DefinitionString.match(/(?<=\$\{)\w+(?=\})/g));
    expect([...used].sort()).toEqual(Object.keys(Object(bound)).sort());
  });
});

/** A function's environment as its template holds it. */
function variablesOf({ functions }: Synthesised, name: string): unknown {
  return functions.get(name)?.resource.Properties.Environment.Variables;
}

/** Resolved names in the form that deployed ones have. */
function deployedValues(variables: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Object(variables)).map(([name, value]) => {
      if (name.endsWith('_QUEUE_URL')) return [name, `https://sqs.test/${value}`];
      if (name === 'OBJECTS_URL')
        return [
          name,
          String(value)
            .toLowerCase()
            .replaceAll(/(?<=\w)\//g, '-'),
        ];
      return [name, String(value)];
    }),
  );
}
