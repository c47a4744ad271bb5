import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { awsSecrets } from '#adapters/aws/aws-secrets.ts';
import { connect } from '#adapters/prometheus/connect.ts';
import { revealSecrets } from '#adapters/secrets/reveal-secrets.ts';
import { secretReader } from '#adapters/secrets/secret-reader.ts';
import { sweepPlans } from '#adapters/sources/sweep-plans.ts';
import { PrometheusConnectionSchema } from '#contracts/config/prometheus.ts';
import { SecretReference } from '#contracts/config/secret.ts';
import { type SweptSource, SweptSourcesSchema } from '#contracts/config/swept-sources.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, MINUTE, SECOND } from '#core/time.ts';
import { startApiServer } from '#test/helpers/api-server.ts';
import { cloudDeps, datadog, healthy, KEYS, NOW, RANGE, rows } from '#test/helpers/cloud-apis.ts';
import { settableClock } from '#test/helpers/memory-services.ts';

const VALUE = 'hunter2-s3cret';
const of = (secret: string, key?: string) => new SecretReference({ secret, key });

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => error,
  );

/** Everything that an error tells whoever prints or logs it, its causes left out. */
const told = (error: unknown) =>
  error instanceof DomainError ? `${error.message} ${JSON.stringify(error.details)}` : '';

describe('a reader of secrets', () => {
  it('asks once in five minutes, whoever asks, and notices what was replaced', async () => {
    const asked: string[] = [];
    const clock = settableClock(NOW);
    const reveal = secretReader(async (name) => {
      asked.push(name);
      return JSON.stringify({ user: `u-${asked.length}`, password: `p-${asked.length}` });
    }, clock);
    const both = [reveal(of('helios/a', 'user')), reveal(of('helios/a', 'password'))];
    expect(await Promise.all(both)).toEqual(['u-1', 'p-1']);
    clock.set(addMs(NOW, SECOND, 299));
    expect(await reveal(of('helios/a', 'user'))).toBe('u-1');
    clock.set(addMs(NOW, MINUTE, 5));
    expect(await reveal(of('helios/a', 'user'))).toBe('u-2');
    expect(asked).toEqual(['helios/a', 'helios/a']);
  });

  it('keeps no failure, and 64 secrets at most', async () => {
    let asked = 0;
    const reveal = secretReader(async () => {
      asked++;
      if (asked === 1) throw new DomainError('THROTTLED', 'too many');
      return VALUE;
    }, settableClock(NOW));
    expect(await failure(reveal(of('a')))).toMatchObject({ code: 'THROTTLED' });
    expect(await reveal(of('a'))).toBe(VALUE);
    for (let i = 0; i < 64; i++) await reveal(of(`b-${i}`));
    // It was the oldest of 65, and is read again: 1 + 1 + 64 + 1.
    await reveal(of('a'));
    expect(asked).toBe(67);
  });

  it.each([
    [VALUE],
    [`{"other": "${VALUE}"}`],
    [`{"key": {"inner": "${VALUE}"}}`],
    [`{"broken": "${VALUE}`],
  ])('tells a key that is missing, and nothing of %s', async (text) => {
    const error = await failure(secretReader(async () => text, settableClock(NOW))(of('a', 'key')));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', details: { secret: 'a', key: 'key' } });
    expect(told(error)).not.toContain('hunter2');
    expect(String((error as Error).cause ?? '')).not.toContain('hunter2');
  });
});

describe('AWS Secrets Manager', () => {
  const regions: (string | undefined)[] = [];
  const aws = mockClient(SecretsManagerClient);
  const reveal = () =>
    awsSecrets(settableClock(NOW), async (region) => {
      regions.push(region);
      return new SecretsManagerClient({ region: region ?? 'eu-west-1' });
    });

  it('is asked in the Region of an ARN, else in that at hand', async () => {
    aws.reset();
    aws.on(GetSecretValueCommand).resolves({ SecretString: VALUE });
    const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:azure-AbCdEf';
    const read = reveal();
    expect([await read(of('helios/a')), await read(of(arn))]).toEqual([VALUE, VALUE]);
    expect(regions).toEqual([undefined, 'us-east-1']);
    const asked = aws.commandCalls(GetSecretValueCommand).map(({ args: [command] }) => command);
    expect(asked.map(({ input }) => input)).toEqual([{ SecretId: 'helios/a' }, { SecretId: arn }]);
  });

  const service = { $fault: 'client', $metadata: { httpStatusCode: 400 }, message: 'no' } as const;
  const named = (name: string, message = 'no') => Object.assign(new Error(message), { name });
  it.each([
    [
      'a name there is not',
      new ResourceNotFoundException(service),
      'CONFIG_INVALID',
      'does not exist',
    ],
    [
      'AccessDeniedException',
      named('AccessDeniedException'),
      'CONFIG_INVALID',
      'secretsmanager:GetSecretValue',
    ],
    ['DecryptionFailure', named('DecryptionFailure'), 'CONFIG_INVALID', 'kms:Decrypt'],
    [
      'CredentialsProviderError',
      named('CredentialsProviderError', 'none found'),
      'CONFIG_INVALID',
      'no AWS credentials',
    ],
    ['no region', named('Error', 'Region is missing'), 'CONFIG_INVALID', 'or no region'],
    ['ThrottlingException', named('ThrottlingException'), 'THROTTLED', 'throttled'],
    ['TimeoutError', named('TimeoutError'), 'SOURCE_UNAVAILABLE', 'TimeoutError'],
  ])('answers %s by what is to be done', async (_, thrown, code, words) => {
    aws.reset();
    aws.on(GetSecretValueCommand).rejects(thrown);
    const error = await failure(reveal()(of('helios/a')));
    expect(error).toMatchObject({ code });
    expect(told(error)).toContain(words);
    expect(told(error)).toContain('helios/a');
  });

  it('has secrets that are no text', async () => {
    aws.reset();
    aws.on(GetSecretValueCommand).resolves({ SecretBinary: new Uint8Array([1]) });
    expect(told(await failure(reveal()(of('helios/a'))))).toContain('holds no text');
  });
});

describe('a configuration that refers to secrets', () => {
  const SECRETS: Readonly<Record<string, string>> = {
    'helios/datadog': JSON.stringify({ api: 'dd-api-s3cret', app: 'dd-app-s3cret' }),
    'helios/azure': 'azure-s3cret',
    'helios/gcp': KEYS.privateKey,
    'helios/prometheus': 'prom-s3cret',
  };
  const fetchSecret = async (name: string) => SECRETS[name] ?? '';
  const ID = '00000000-0000-0000-0000-000000000001';
  const CONFIGURED = [
    {
      ...{ type: 'azure-monitor', subscription_id: ID, tenant_id: ID, client_id: ID },
      ...{ client_secret: { secret: 'helios/azure' }, period_seconds: 300 },
      resource_types: ['Microsoft.Compute/virtualMachines'],
    },
    {
      ...{ type: 'gcp-monitoring', project_id: 'shop-1' },
      credentials: {
        ...{ type: 'service_account', client_email: 'a@b.example' },
        private_key: { secret: 'helios/gcp' },
      },
    },
    {
      ...{ type: 'datadog', name: 'dd', labels: { cluster: 'eu', secret: 'none' } },
      api_key: { secret: 'helios/datadog', key: 'api' },
      app_key: { secret: 'helios/datadog', key: 'app' },
    },
    {
      ...{ type: 'prometheus', url: 'https://p.example', mapping: { deployment: 'svc' } },
      auth: { type: 'bearer', token: { secret: 'helios/prometheus' } },
    },
  ];

  it('is the same after it was deployed as JSON', () => {
    const parsed = SweptSourcesSchema.parse(CONFIGURED);
    expect(SweptSourcesSchema.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
    expect(JSON.stringify(parsed)).not.toContain('s3cret');
  });

  it('is opened with them: every source that Helios reads as a whole', async () => {
    const reveal = secretReader(fetchSecret, settableClock(NOW));
    const plans = sweepPlans(SweptSourcesSchema.parse(CONFIGURED), cloudDeps({ secrets: reveal }));
    expect(plans.map(({ name }) => name)).toEqual([
      ...['azure-monitor', 'gcp-monitoring', 'dd', 'prometheus'],
    ]);
    for (const { open } of plans) {
      const source = await open();
      expect(typeof source.sweep).toBe('function');
      await source.close?.();
    }
  });

  it('sends them, and leaves what only looks like one as it is', async () => {
    const server = await startApiServer(healthy(datadog));
    try {
      const [, , source] = SweptSourcesSchema.parse(CONFIGURED) as readonly SweptSource[];
      const own = { ...source, ...datadog.config(server.url), lookback_minutes: 2 };
      const keys = { api_key: of('helios/datadog', 'api'), app_key: of('helios/datadog', 'app') };
      const [plan] = sweepPlans(
        SweptSourcesSchema.parse([JSON.parse(JSON.stringify({ ...own, ...keys }))]),
        cloudDeps({ secrets: secretReader(fetchSecret, settableClock(NOW)) }),
      );
      const opened = await plan?.open();
      const found = await opened?.sweep?.({ range: RANGE });
      await opened?.close?.();
      expect(rows(found ?? { workloads: [] })).toEqual(datadog.expected);
      expect(server.to(datadog.asks)[0]?.headers).toMatchObject({
        'dd-api-key': 'dd-api-s3cret',
        'dd-application-key': 'dd-app-s3cret',
      });
      const shown = await revealSecrets(
        { labels: { secret: 'none' }, deep: [keys] },
        secretReader(fetchSecret, settableClock(NOW)),
      );
      expect(shown).toEqual({
        labels: { secret: 'none' },
        deep: [{ api_key: 'dd-api-s3cret', app_key: 'dd-app-s3cret' }],
      });
    } finally {
      await server.close();
    }
  });

  it('has the password of a Prometheus server read again when it was replaced', async () => {
    const clock = settableClock(NOW);
    let version = 0;
    const secrets = secretReader(async () => `p-${++version}`, clock);
    const sent: (string | undefined)[] = [];
    const { send, timeoutMs } = await connect(
      PrometheusConnectionSchema.parse({
        url: 'https://p.example',
        auth: { type: 'basic', username: 'u', password: { secret: 'helios/p' } },
      }),
      {
        ...{ clock, env: {}, secrets, random: () => 0, sleep: async () => {} },
        send: async ({ headers }) => {
          const [, pair = ''] = headers.authorization?.split(' ') ?? [];
          sent.push(Buffer.from(pair, 'base64').toString());
          return { status: 200, header: () => undefined, body: Buffer.from('{}') };
        },
      },
    );
    const request = { method: 'GET', url: new URL('https://p.example'), headers: {} } as const;
    await send({ ...request, timeoutMs, maxBytes: 10 });
    clock.set(addMs(NOW, MINUTE, 6));
    await send({ ...request, timeoutMs, maxBytes: 10 });
    expect(sent).toEqual(['u:p-1', 'u:p-2']);
  });

  it.each([
    ['two of one name', [{ type: 'datadog' }, { type: 'datadog' }], 'another source is called'],
    ['the name of a source that Helios has', [{ type: 'datadog', name: 'cloudwatch' }], 'another'],
    ['files as types', [{ type: 'csv', path: '/x' }], 'Invalid'],
    ['a secret elsewhere', [{ type: 'datadog', site: { secret: 'a' } }], 'expected string'],
    ['the seeds’ second word', [{ type: 'azure-monitor', interval: 'PT1M' }], 'interval'],
    ['no name of a secret', [{ type: 'datadog', api_key: { secret: 'a b' } }], 'Invalid'],
  ])('is refused with %s', (_, sources, words) => {
    const { error } = SweptSourcesSchema.safeParse(sources);
    expect(JSON.stringify(error?.issues)).toContain(words);
  });
});
