import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { createPageBucket } from '#adapters/aws/page-bucket.ts';
import type { CustomResourceAnswer } from '#contracts/custom-resource.ts';
import { pageFileHeaders } from '#contracts/dashboard-page.ts';
import { createHandler } from '#functions/publish/handler.ts';
import { fakeS3 } from '#test/helpers/fake-s3.ts';
import { memoryPageBucket } from '#test/helpers/memory-page-bucket.ts';
import { recordingLogger } from '#test/helpers/recording-logger.ts';

const SETTINGS = {
  api_base: '/app',
  sign_in: {
    kind: 'oidc',
    issuer: 'https://auth.example.com',
    client_id: 'page',
    scopes: ['openid'],
    token: 'access',
  },
};
const RESPONSE_URL =
  'https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/a?b=c';

function request(changes: Record<string, unknown> = {}) {
  return {
    RequestType: 'Create',
    ResponseURL: RESPONSE_URL,
    StackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/HeliosDashboard/1',
    RequestId: 'request-1',
    LogicalResourceId: 'Published',
    ResourceProperties: { Settings: JSON.stringify(SETTINGS), Files: 'layer' },
    ...changes,
  };
}

const PAGE = ['assets/a-1.js', 'config.json', 'icon.svg', 'index.html'].map((path) => ({
  path,
  bytes: new TextEncoder().encode(path),
  ...(pageFileHeaders(path) ?? { contentType: '', cacheControl: '' }),
}));

function deployed(readPage = async () => PAGE) {
  const bucket = memoryPageBucket('page');
  const answers: [string, CustomResourceAnswer][] = [];
  const answer = async (url: string, each: CustomResourceAnswer) => void answers.push([url, each]);
  return {
    bucket,
    answers,
    handle: createHandler({ bucket, readPage, answer }, recordingLogger()),
  };
}

describe('publishing the dashboard', () => {
  it('puts the page last, after what it loads and its settings', async () => {
    const { bucket, answers, handle } = deployed();
    await handle(request());
    expect(bucket.done).toEqual([
      'put assets/a-1.js',
      'put icon.svg',
      'put config.json',
      'put index.html',
    ]);
    const settings = bucket.files.get('config.json');
    expect(JSON.parse(new TextDecoder().decode(settings?.bytes))).toEqual(SETTINGS);
    expect(settings?.cacheControl).toBe('no-cache');
    expect(bucket.files.get('assets/a-1.js')?.cacheControl).toContain('immutable');
    expect(answers).toEqual([
      [
        RESPONSE_URL,
        {
          Status: 'SUCCESS',
          PhysicalResourceId: 'page',
          StackId: request().StackId,
          RequestId: 'request-1',
          LogicalResourceId: 'Published',
        },
      ],
    ]);
  });

  it('leaves what an older page loads', async () => {
    const { bucket, handle } = deployed();
    await bucket.put({
      path: 'assets/old.js',
      bytes: new Uint8Array(),
      contentType: '',
      cacheControl: '',
    });
    await handle(request({ RequestType: 'Update', PhysicalResourceId: 'page' }));
    expect(bucket.files.has('assets/old.js')).toBe(true);
  });

  it('takes everything out before the bucket is deleted, and nothing out of its successor', async () => {
    const { bucket, handle } = deployed();
    await handle(request());
    await handle(request({ RequestType: 'Delete', PhysicalResourceId: 'another' }));
    expect(bucket.files.size).toBe(4);
    await handle(request({ RequestType: 'Delete', PhysicalResourceId: 'page' }));
    expect(bucket.files.size).toBe(0);
  });

  it('tells CloudFormation why it failed, rather than to let it wait', async () => {
    const { answers, handle } = deployed(async () => {
      throw new Error('there is no page in /opt');
    });
    await handle(request());
    expect(answers[0]?.[1]).toMatchObject({ Status: 'FAILED', Reason: 'there is no page in /opt' });
  });

  it.each([
    'https://evil.example/answer',
    'http://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/a',
    'https://cloudformation-custom-resource-response-x.s3.eu-west-1.amazonaws.com.evil.example/',
    'https://evil.s3.eu-west-1.amazonaws.com/a',
  ])('answers nobody at %s', async (ResponseURL) => {
    const { bucket, answers, handle } = deployed();
    await expect(handle(request({ ResponseURL }))).rejects.toMatchObject({
      name: 'REQUEST_INVALID',
    });
    expect([bucket.done, answers]).toEqual([[], []]);
  });

  it.each(['no JSON', '{}', JSON.stringify({ ...SETTINGS, more: 1 })])(
    'refuses the settings %s',
    async (Settings) => {
      const { handle } = deployed();
      const event = request({ ResourceProperties: { Settings } });
      await expect(handle(event)).rejects.toMatchObject({ name: 'REQUEST_INVALID' });
    },
  );
});

describe('the bucket', () => {
  it('holds files with their types and how long they may be kept', async () => {
    const { client, mock } = fakeS3();
    const bucket = createPageBucket(client, 'page');
    for (const file of PAGE) await bucket.put(file);
    expect(mock.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
      Bucket: 'page',
      Key: 'assets/a-1.js',
      ContentType: 'text/javascript; charset=utf-8',
      CacheControl: 'public, max-age=31536000, immutable',
    });
    const page = {
      Contents: [{ Key: 'index.html' }],
      IsTruncated: true,
      NextContinuationToken: 'a',
    };
    mock
      .on(ListObjectsV2Command)
      .resolvesOnce(page)
      .resolves({ Contents: [{ Key: 'icon.svg' }] });
    expect(await bucket.list()).toEqual(['index.html', 'icon.svg']);
    await bucket.delete('index.html');
    expect(mock.commandCalls(DeleteObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'page',
      Key: 'index.html',
    });
    expect(mock.commandCalls(ListObjectsV2Command)[0]?.args[0].input.Bucket).toBe('page');
  });
});
