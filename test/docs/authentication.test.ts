import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { KEY_FORM, KeyListSchema } from '#contracts/http/keys.ts';
import { servedRoutes } from '#contracts/route-sets.ts';
import { ROUTES } from '#contracts/routes.ts';
import { hashApiKey } from '#server/http/api-key.ts';
import { refusalOf } from '#test/helpers/api.ts';
import { type HeliosInMemory, startHeliosInMemory } from '#test/helpers/helios-in-memory.ts';
import { at, settableClock } from '#test/helpers/memory-services.ts';
import { readRepositoryFile, repositoryFiles } from '#test/helpers/repository.ts';
import { run, temporaryDirectory } from '../unit/cli/fake-environment.ts';

const guide = readRepositoryFile('docs/guide/authentication.md');
const block = (language: string) =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(guide)?.[1] ?? '';

describe('the guide to authentication', () => {
  it('shows a configuration that is one', () => {
    const { authentication } = HeliosConfigSchema.parse(parse(block('yaml')));
    expect(authentication.keys.enabled).toBe(true);
    expect(authentication.jwt?.audience).toEqual(['helios']);
  });

  it('lists the routes of keys with their scopes, and no other', () => {
    const rows = [...guide.matchAll(/^\| `(\w+)` \| `((?:GET|POST) \/key\S+)` \|$/gm)];
    expect(rows.map(([, scope, routeKey]) => [scope, routeKey])).toEqual(
      servedRoutes(ROUTES, ['key']).map(({ route, routeKey }) => [route.scope, routeKey]),
    );
  });

  it('lists every reason of a refusal', () => {
    const code = repositoryFiles()
      .filter((path) => /^src\/(app\/keys|server\/http)\/.*\.ts$/.test(path))
      .map(readRepositoryFile)
      .join('\n');
    const given = new Set(code.match(/\bKEY_(?!FORM|ROUTES)[A-Z]+\b/g));
    expect([...guide.matchAll(/^\| `(KEY_\w+)` \|/gm)].map(([, reason]) => reason).sort()).toEqual(
      [...given].sort(),
    );
  });
});

describe('its commands, against a server that asks for a key', () => {
  const OWN_KEY = 'k'.repeat(40);
  const clock = settableClock(at('2026-03-05T00:00:00Z'));
  let helios: HeliosInMemory;
  let home: string;
  beforeAll(async () => {
    helios = await startHeliosInMemory(clock, { keySha256: hashApiKey(OWN_KEY) });
  });
  afterAll(() => helios.close());

  /** A line of the guide, as its reader would run it; what goes into a file is written there. */
  async function execute(line: string): Promise<string> {
    const [command = '', file] = line.split(' > ');
    const argv = command.split(' ').slice(1);
    const { code, out, err } = await run(
      [...argv, '-e', helios.url, '--api-key-file', 'helios.key'],
      { homeDirectory: home },
    );
    expect([line, code, code === 0 ? '' : err]).toEqual([line, 0, '']);
    if (file !== undefined) await writeFile(join(home, file), out);
    return out;
  }

  it('make a key that opens what it says, list it, and end it', async () => {
    home = await temporaryDirectory();
    await writeFile(join(home, 'helios.key'), OWN_KEY);
    const [create = '', list = '', revoke = ''] = block('sh').trim().split('\n');
    await execute(create);
    const key = (await readFile(join(home, 'agent.key'), 'utf8')).trim();
    const [, id = ''] = KEY_FORM.exec(key) ?? [];

    const ask = async (path: string, secret: string, body?: object) => {
      const response = await fetch(`${helios.url}${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return { status: response.status, body: await response.json() };
    };
    const ingest = (secret: string) =>
      ask('/key/api/v1/ingest', secret, {
        metrics: [
          {
            name: 'cpu',
            value: 0.5,
            timestamp: '2026-03-05T00:00:00Z',
            labels: { deployment: 'web' },
          },
        ],
      });

    expect(await ingest(key)).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(refusalOf(await ask('/key/metrics', key))).toEqual([403, 'FORBIDDEN']);
    expect(refusalOf(await ask('/api/v1/keys', key))).toEqual([403, 'FORBIDDEN']);
    expect(refusalOf(await ask('/api/v1/workloads', key))).toEqual([403, 'FORBIDDEN']);

    expect(await execute(list)).toMatch(new RegExp(`${id} \\| web-agents \\| ingest \\| active`));
    const { body } = await ask('/api/v1/keys', OWN_KEY);
    expect(KeyListSchema.parse(body).keys).toHaveLength(1);

    await execute(revoke.replace('0011223344556677', id));
    const refused = await ingest(key);
    expect(refusalOf(refused)).toEqual([401, 'UNAUTHORIZED']);
    expect(refused.body).toMatchObject({ error: { details: { reason: 'KEY_REVOKED' } } });
    // The secret stands nowhere in what the server keeps.
    expect(JSON.stringify(await helios.services.catalog.list('api-keys'))).not.toContain(
      key.slice(20),
    );
  });
});
