import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openPrometheus } from '#adapters/sources/prometheus-kind.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { SourceEntrySchema } from '#contracts/config/agent.ts';
import type { TlsFiles } from '#contracts/config/prometheus.ts';
import { PrometheusSourceSchema } from '#contracts/config/sources/prometheus.ts';
import { type ApiServer, startApiServer } from '#test/helpers/api-server.ts';
import { CLOUDS, cloudDeps, RANGE } from '#test/helpers/cloud-apis.ts';
import { testAuthority } from '#test/helpers/test-certificate.ts';
import { timersThatRunOut } from '#test/helpers/timers-that-run-out.ts';

const failure = (work: Promise<unknown> | undefined): Promise<unknown> =>
  (work ?? Promise.resolve()).then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('a server that hangs', () => {
  let server: ApiServer | undefined;
  let source: MetricSource | undefined;
  afterEach(async () => {
    jest.restoreAllMocks();
    await source?.close?.();
    await server?.close();
  });

  /** Timers that run out when a request has come, whatever they were set to. */
  async function hanging() {
    const { limits, runOut } = timersThatRunOut();
    server = await startApiServer(({ path }) => {
      const cloud = CLOUDS.find(({ asks }) => path.includes(asks));
      const isToken = cloud === undefined && /token/.test(path);
      if (isToken) return { body: { access_token: 't0ken', expires_in: 3_600 } };
      setImmediate(runOut);
      return 'hang';
    });
    return { url: server.url, limits };
  }

  it.each(CLOUDS)(
    'is given 10 s, three times, by $name unless it is told otherwise',
    async (cloud) => {
      const { url, limits } = await hanging();
      source = await cloud.kind.open(cloud.config(url), cloudDeps());
      const error = await failure(source.sweep?.({ range: RANGE }));
      expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: true });
      expect(String(error)).toContain('did not answer within 10 s');
      expect(new Set(limits)).toEqual(new Set([10_000]));
      expect(server?.to(cloud.asks)).toHaveLength(3);
    },
  );

  it('is given 20 s, four times, by prometheus', async () => {
    const { url, limits } = await hanging();
    source = await openPrometheus(
      PrometheusSourceSchema.parse({ url, queries: ['up'] }),
      cloudDeps(),
    );
    const error = await failure(source.sweep?.({ range: RANGE }));
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(limits).toEqual([20_000, 20_000, 20_000, 20_000]);
  });

  it('holds an agent up for 30 s in all, and no longer', () => {
    // That the agent goes on then is shown in test/unit/app/agent/run-agent.test.ts.
    expect(SourceEntrySchema.parse({ type: 'datadog' }).timeout).toBe(30);
  });
});

describe('a server with a certificate of an authority of one’s own', () => {
  const authority = testAuthority();
  const stranger = testAuthority();
  const directory = mkdtempSync(join(tmpdir(), 'helios-tls-'));
  const fileOf = (name: string, content: string) => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const ours = authority.issue('helios');
  const ca = fileOf('ca.pem', authority.cert);
  const client = {
    cert_file: fileOf('helios.pem', ours.cert),
    key_file: fileOf('helios.key.pem', ours.key),
  };
  const servers: Server[] = [];
  let open = '';
  let strict = '';
  const clients: (string | undefined)[] = [];

  async function serve(asksForUs: boolean): Promise<string> {
    const own = authority.issue('prometheus.internal');
    const tls = {
      ...own,
      ca: authority.cert,
      requestCert: asksForUs,
      rejectUnauthorized: asksForUs,
    };
    const server = createServer(tls, (request, response) => {
      const { socket } = request;
      const peer =
        'getPeerCertificate' in socket
          ? Reflect.apply(
              socket.getPeerCertificate as () => { subject?: { CN: string } },
              socket,
              [],
            )
          : {};
      clients.push(peer.subject?.CN);
      response.setHeader('content-type', 'application/json');
      const data = { resultType: 'matrix', result: [] };
      response.end(JSON.stringify({ status: 'success', data }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  beforeAll(async () => {
    open = await serve(false);
    strict = await serve(true);
  });
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(directory, { recursive: true });
  });

  async function ask(url: string, tls: Partial<TlsFiles>): Promise<unknown> {
    const config = PrometheusSourceSchema.parse({ url, tls, attempts: 1, queries: ['up'] });
    const opened = await failure(openPrometheus(config, cloudDeps()));
    if (opened !== 'no error') return opened;
    const source = await openPrometheus(config, cloudDeps());
    const outcome = await failure(source.sweep?.({ range: RANGE }));
    await source.close?.();
    return outcome;
  }

  it('is believed with the authority’s certificate', async () => {
    expect(await ask(open, { ca_file: ca })).toBe('no error');
  });

  it('is believed by the name it has, where that is another one than its address', async () => {
    expect(await ask(open, { ca_file: ca, server_name: 'prometheus.internal' })).toBe('no error');
    expect(await ask(open, { ca_file: ca, server_name: 'other.internal' })).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      details: { reason: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it.each([
    ['without it', {}, /SELF_SIGNED_CERT_IN_CHAIN/],
    [
      'with another authority’s',
      { ca_file: fileOf('other.pem', stranger.cert) },
      /CERT_SIGNATURE_FAILURE/,
    ],
  ])('is refused %s, with the reason', async (_, tls, reason) => {
    const error = await ask(open, tls);
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(String(error)).toMatch(reason);
  });

  it('is believed without it only where that is asked for', async () => {
    expect(await ask(open, { insecure_skip_verify: true })).toBe('no error');
  });

  it('is shown our certificate where it asks for it', async () => {
    clients.length = 0;
    expect(await ask(strict, { ca_file: ca, ...client })).toBe('no error');
    expect(clients).toEqual(['helios']);
    // A server of TLS 1.3 refuses it after the handshake, by ending the connection.
    expect(await ask(strict, { ca_file: ca })).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  it('is not asked with half a certificate, or with a file that is not there', async () => {
    const half = await ask(open, { cert_file: client.cert_file });
    expect(half).toMatchObject({ code: 'CONFIG_INVALID' });
    const gone = await ask(open, { ca_file: join(directory, 'gone.pem') });
    expect(gone).toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
