import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { functionPlaceholder } from '#contracts/pipeline/definition.ts';
import { bundleFunction } from '#lib/constructs/bundling.ts';
import { functionEntry } from '#lib/constructs/project.ts';
import { list, synthesise } from './synthesise.ts';

type ServerConfig = NonNullable<Parameters<typeof synthesise>[0]>['prometheus'] & object;
const gateway = { type: 'sigv4', service: 'execute-api' } as const;

function server(url: string, auth: ServerConfig[number]['auth'], i: number): ServerConfig[number] {
  return { url, auth, workloads: [{ deployment: `web-${i}`, metrics: { request_rate: 'up' } }] };
}

const AZURE = '00000000-0000-0000-0000-000000000001';
const OTHER_REGION = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:azure-AbCdEf';
const KMS_KEY = 'arn:aws:kms:us-east-1:111122223333:key/k-1';
const OWN_KEY = { secret: 'helios/datadog', key: 'app', kms_key_arn: KMS_KEY };

const helios = synthesise({
  training: { native_image: true },
  heartbeat: { enabled: false },
  schedules: { collect_every_minutes: 60 },
  prometheus: [
    server('https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-a', { type: 'sigv4' }, 1),
    // By a name of one's own: neither region nor workspace can be told.
    server('https://metrics.example.com', { type: 'sigv4' }, 2),
    server('https://prometheus.example.com', { type: 'none' }, 3),
    server('https://x.execute-api.eu-west-1.amazonaws.com', gateway, 4),
  ],
  sources: [
    { type: 'datadog', api_key: { secret: 'helios/datadog', key: 'api' }, app_key: OWN_KEY },
    { type: 'azure-monitor', subscription_id: AZURE, client_secret: { secret: OTHER_REGION } },
    {
      type: 'prometheus',
      name: 'managed',
      url: 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-c',
      auth: { type: 'sigv4' },
      // Named as somebody likes, and no secret.
      labels: { secret: 'shop' },
    },
  ],
  write_back: {
    prometheus_remote_write: {
      url: 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-b/api/v1/remote_write',
      auth: { type: 'sigv4', region: 'eu-west-2' },
    },
  },
});
const plain = synthesise();
const directory = mkdtempSync(join(tmpdir(), 'helios-native-'));
afterAll(() => rmSync(directory, { recursive: true }));

const STACK = 'HeliosNativeTrainer';

/** Resources of a function's statements with actions such as these. */
function statementsOf(
  { ofType, resolve, functions }: typeof helios,
  name: string,
  actions: RegExp,
) {
  const fn = functions.get(name);
  const role = fn?.resource.Properties.Role?.['Fn::GetAtt'][0];
  return ofType(fn?.stack ?? '', 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => JSON.stringify(Properties.Roles).includes(role))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => list(Action).some((action) => actions.test(String(action))))
    .map(({ Action, Resource, Condition }) => ({
      actions: list(Action),
      resources: list(resolve('HeliosCollection', Resource)),
      ...(Condition && { conditions: Condition }),
    }));
}

describe('the native trainer', () => {
  it('is off unless it is asked for', () => {
    expect(plain.stackNames).not.toContain(STACK);
    expect(plain.functions.get('fit-recurrent')?.stack).toBe('HeliosPipeline');
  });

  it('is the one function of its stack, an image for x86_64, and the task of the state machine', () => {
    expect(helios.ofType(STACK, 'AWS::Lambda::Function')).toHaveLength(1);
    const native = helios.functions.get('fit-recurrent');
    expect(native).toMatchObject({
      stack: STACK,
      resource: {
        Properties: {
          PackageType: 'Image',
          Architectures: ['x86_64'],
          Timeout: 900,
          MemorySize: 3_008,
        },
      },
    });
    const [[, machine] = []] = helios.ofType('HeliosPipeline', 'AWS::StepFunctions::StateMachine');
    expect(
      helios.resolve('HeliosPipeline', machine?.Properties.DefinitionSubstitutions),
    ).toMatchObject({
      [functionPlaceholder('fit-recurrent')]: `${native?.path}/Function.Arn`,
    });
    expect(helios.dependenciesOf('HeliosPipeline')).toContain(STACK);
  });

  it('has no alarm by a name that the function it replaces has: both exist while they change places', () => {
    const names = ({ ofType }: typeof helios, stack: string): string[] =>
      ofType(stack, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties.AlarmName);
    const native = names(helios, STACK);
    expect(native).toEqual([
      'Helios-Errors-fit-recurrent-image',
      'Helios-Throttles-fit-recurrent-image',
    ]);
    // Deployed before the pipeline when it is turned on, deleted after it when it is turned off.
    for (const name of names(plain, 'HeliosPipeline')) expect(native).not.toContain(name);
  });

  it('may do what the function that it replaces may, and is told the same', () => {
    const statements = ({ ofType, resolve, functions }: typeof helios) => {
      const fn = functions.get('fit-recurrent');
      const role = fn?.resource.Properties.Role['Fn::GetAtt'][0];
      return ofType(fn?.stack ?? '', 'AWS::IAM::Policy')
        .filter(([, { Properties }]) => JSON.stringify(Properties.Roles).includes(role))
        .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
        .map((each) =>
          JSON.stringify(resolve(fn?.stack ?? '', each)).replaceAll(fn?.path ?? '', ''),
        )
        .sort();
    };
    expect(statements(helios).length).toBeGreaterThan(2);
    expect(statements(helios)).toEqual(statements(plain));
    const variables = (each: typeof helios) => {
      const fn = each.functions.get('fit-recurrent');
      return each.resolve(fn?.stack ?? '', fn?.resource.Properties.Environment.Variables);
    };
    expect(variables(helios)).toEqual(variables(plain));
  });
});

describe('the bundle of its image', () => {
  const { file } = bundleFunction(functionEntry('fit-recurrent'), directory);
  const start = (environment: Readonly<Record<string, string>>) => {
    const source = `const { handler } = await import(${JSON.stringify(file)}); console.log(typeof handler)`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH ?? '',
        AWS_REGION: 'eu-west-1',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        OBSERVATIONS_TABLE_NAME: 'observations',
        CATALOG_TABLE_NAME: 'catalog',
        OBJECTS_URL: 's3://objects',
        ...environment,
      },
    });
    return { stdout: stdout.trim(), stderr };
  };

  it('loads without libtensorflow where it may train by WebAssembly', () => {
    expect(start({})).toMatchObject({ stdout: 'function' });
  });

  it('refuses to start in an image without libtensorflow, and says how to build it', () => {
    const { stdout, stderr } = start({ NATIVE_TRAINER: 'true' });
    expect(stdout).toBe('');
    expect(stderr).toContain(
      'this image has no @tensorflow/tfjs-node: build it from layers/native-trainer/Dockerfile',
    );
  });
});

describe('workspaces of Amazon Managed Prometheus', () => {
  const granted = (each: typeof helios, name: string) => statementsOf(each, name, /^aps:/);

  it('may be asked where a server is signed for them, and written to where results go there', () => {
    expect(granted(helios, 'collect')).toEqual([
      {
        actions: ['aps:QueryMetrics'],
        resources: [
          'arn:PARTITION:aps:REGION:ACCOUNT:workspace/*',
          'arn:PARTITION:aps:eu-west-1:ACCOUNT:workspace/ws-a',
          'arn:PARTITION:aps:eu-west-1:ACCOUNT:workspace/ws-c',
        ],
      },
    ]);
    expect(granted(helios, 'score')).toEqual([
      {
        actions: ['aps:RemoteWrite'],
        resources: ['arn:PARTITION:aps:eu-west-2:ACCOUNT:workspace/ws-b'],
      },
    ]);
  });

  it('are nobody’s business otherwise', () => {
    for (const name of plain.functions.keys())
      expect([name, granted(plain, name)]).toEqual([name, []]);
    for (const name of helios.functions.keys()) {
      const isMeant = ['collect', 'score'].includes(name);
      expect([name, granted(helios, name).length]).toEqual([name, isMeant ? 1 : 0]);
    }
  });
});

describe('secrets', () => {
  it('are read by who needs them: the ones that are named, and their keys through Secrets Manager', () => {
    expect(statementsOf(helios, 'collect', /^(secretsmanager|kms):/)).toEqual([
      {
        actions: ['secretsmanager:GetSecretValue'],
        resources: [
          OTHER_REGION,
          'arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:helios/datadog-??????',
        ],
      },
      {
        actions: ['kms:Decrypt'],
        resources: [KMS_KEY],
        conditions: {
          StringEquals: { 'kms:ViaService': ['secretsmanager.us-east-1.amazonaws.com'] },
        },
      },
    ]);
    for (const name of helios.functions.keys()) {
      const isMeant = name === 'collect';
      expect([name, statementsOf(helios, name, /^secretsmanager:/).length]).toEqual([
        name,
        isMeant ? 1 : 0,
      ]);
    }
  });

  it('are nowhere in what is deployed, but where they are kept', () => {
    const [layer = ''] = helios.assetFiles.get('helios.config.json') ?? [];
    const { sources } = HeliosConfigSchema.parse(JSON.parse(layer));
    expect(sources[0]).toMatchObject({ app_key: OWN_KEY });
  });

  it('are refused in the file itself, and so are files that no function has', () => {
    const deploy = () =>
      synthesise({
        sources: [{ type: 'datadog', api_key: 'k-1', app_key: { secret: 'a' } }],
        prometheus: [
          server('https://p', { type: 'basic', username: 'u', password_file: '/run/p' }, 1),
        ],
      });
    expect(deploy).toThrow(/^the configuration cannot be deployed:\nsources.0.api_key: would be/);
    expect(deploy).toThrow(/prometheus.0.auth.password_file: a function has no such file/);
    expect(deploy).not.toThrow(/k-1/);
  });
});

describe('the heartbeat', () => {
  const alarmOf = (each: typeof helios) =>
    each
      .ofType('HeliosMonitoring', 'AWS::CloudWatch::Alarm')
      .map(([, { Properties }]) => Properties)
      .find(({ MetricName }) => MetricName === 'HeartbeatOk');

  it('has an alarm on its worst value, and on silence, of two rounds', () => {
    expect(alarmOf(plain)).toMatchObject({
      Namespace: 'Helios',
      Statistic: 'Minimum',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      Period: 600,
      EvaluationPeriods: 1,
      TreatMissingData: 'breaching',
      Dimensions: [
        { Name: 'cluster', Value: 'default' },
        { Name: 'deployment', Value: 'heartbeat' },
        { Name: 'namespace', Value: 'helios' },
      ],
    });
    expect(alarmOf(plain)?.AlarmActions).toHaveLength(1);
  });

  it('has none where it is switched off', () => {
    expect(alarmOf(helios)).toBeUndefined();
  });
});

describe('alarms on what each round tells', () => {
  const periods = ({ ofType }: typeof helios) =>
    Object.fromEntries(
      ofType('HeliosMonitoring', 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => [
        Properties.AlarmName,
        Properties.Period ?? Properties.Metrics[0].Period,
      ]),
    );

  it('look at whole rounds, so that an incident that lasts is told once', () => {
    expect(periods(plain)).toMatchObject({ 'Helios-IncidentOpen': 300, 'Helios-DataStale': 300 });
    // 60 minutes × 60 s: in most periods of 300 s there would be no value, which ends an alarm.
    expect(periods(helios)).toMatchObject({
      'Helios-IncidentOpen': 3_600,
      'Helios-DataStale': 3_600,
    });
  });
});
