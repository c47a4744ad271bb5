import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { problemText } from '#adapters/config/config-problem.ts';
import { parseAgentConfig } from '#adapters/config/parse-agent-config.ts';
import { defineSource } from '#adapters/sources/define-source.ts';
import { type SourceLookup, sourceOf } from '#adapters/sources/registry.ts';
import { sourceType } from '#contracts/config/source-types.ts';
import { DomainError } from '#core/errors.ts';

/** A source with keys of every kind, in place of those that come with clients. */
const probe = defineSource({
  type: 'prometheus',
  summary: 'for tests',
  schema: z.strictObject({
    url: z.string(),
    token: z.string().max(5).optional(),
    deep: z
      .strictObject({ limit: z.number().int().max(9), on: z.boolean().default(true) })
      .optional(),
  }),
  open: () => {
    throw new DomainError('SOURCE_UNAVAILABLE', 'not opened here');
  },
});

const lookup: SourceLookup = async (type) =>
  sourceType(type) === 'prometheus' ? probe : sourceOf(type);

async function parse(text: string, env: Record<string, string> = {}) {
  const { config, problems } = await parseAgentConfig(text, env, lookup);
  return { config, said: problems.map((problem) => problemText('a.yaml', problem)) };
}

describe('helios-agent.yaml', () => {
  it('is read with its keys nested in config, in options, or flat', async () => {
    for (const keys of [
      'config: {url: http://p, timeout: 7}',
      'options: {url: http://p, timeout: 7}',
      'url: http://p\n    timeout: 7',
    ]) {
      const { config, said } = await parse(`sources:\n  - type: Prometheus\n    ${keys}\n`);
      expect(said).toEqual([]);
      expect(config?.sources).toMatchObject([
        { name: 'prometheus', timeout: 7, config: { url: 'http://p' } },
      ]);
    }
  });

  it('is read in the other form of the seeds too', async () => {
    const { config, said } = await parse(`
endpoint: {url: http://h:8080, api_key: abc, timeout: 20, retry_attempts: 3, retry_delay: 2.0}
sources: [{type: system, interval: 30}]
batch_size: 100
flush_interval: 10
log_level: debug
`);
    expect(said).toEqual([
      'a.yaml:2: warning: endpoint.retry_attempts: has no effect: a batch is tried until it is taken, or dropped for lack of room',
    ]);
    expect(config).toMatchObject({
      agent: { log_level: 'DEBUG', collection_interval: 15 },
      helios: {
        endpoint: 'http://h:8080',
        api_key: 'abc',
        timeout: 20,
        retry_delay: 2,
        batch_size: 100,
        flush_interval: 10,
      },
    });
  });

  it('may have sections with nothing in them, but no misspelled ones', async () => {
    const { config, said } = await parse(
      'agent:\n  # name: a\nendpoint:\nhelios:\nsources:\n  - {type: prometheus, url: http://p}\n',
    );
    expect(said).toEqual([]);
    expect(config).toMatchObject({
      agent: { collection_interval: 15 },
      sources: [{ name: 'prometheus' }],
    });
    expect((await parse('agent:\nsources:\n')).config?.sources).toEqual([]);
    expect((await parse('agnet:\n')).said.join()).toContain('did you mean agent?');
  });

  it('fills variables in, as numbers and truth values where those are wanted', async () => {
    const text = `
agent: {collection_interval: "\${EVERY:-60}"}
sources:
  - type: prometheus
    enabled: \${ON:-true}
    config: {url: "http://\${HOST}:9090/$\${x}", deep: {limit: "\${LIMIT}", on: "\${EMPTY:-false}"}}
helios: {endpoint: "\${URL:-http://127.0.0.1:8080}", api_key: "\${KEY}"}
`;
    const env = { HOST: 'prom', LIMIT: '3', EMPTY: '', KEY: '12345' };
    const { config, said } = await parse(text, env);
    expect(said).toEqual([]);
    expect(config?.agent.collection_interval).toBe(60);
    expect(config?.helios).toMatchObject({ endpoint: 'http://127.0.0.1:8080', api_key: '12345' });
    expect(config?.sources[0]?.config).toEqual({
      url: `http://prom:9090/\${x}`,
      deep: { limit: 3, on: false },
    });
  });

  it('names what is wrong by its line, all at once, and what was probably meant', async () => {
    const { config, said } = await parse(`agent:
  colection_interval: 5
sources:
  - type: prometheus
    intervall: 3
    config:
      urll: x
      deep: {limit: 10}
  - type: promtheus
  - type: datadog
helios: {endpoint: ftp://x}
`);
    expect(config).toBeUndefined();
    // The sections are checked first: a file with wrong sections says nothing of its sources yet.
    expect(said).toEqual([
      'a.yaml:2: agent.colection_interval: unknown key, did you mean collection_interval?',
      'a.yaml:11: helios.endpoint: ftp://x: a URL with http or https',
    ]);
    const { said: next } = await parse(`sources:
  - type: prometheus
    intervall: 3
    config:
      urll: x
      deep: {limit: 10}
  - type: sytem
`);
    expect(next.map((line) => line.replace(/; available are .*/, '; available are …'))).toEqual([
      'a.yaml:2: sources[0].url: is missing: a text',
      'a.yaml:3: sources[0].intervall: unknown key, did you mean interval?',
      'a.yaml:5: sources[0].config.urll: unknown key, did you mean url?',
      'a.yaml:6: sources[0].config.deep.limit: 10 is too much: at most 9',
      'a.yaml:7: sources[1].type: there is no source of type sytem, did you mean system?; available are …',
    ]);
  });

  it('says which variable is not set, but not for a source that is off', async () => {
    const { said } = await parse(
      `sources:\n  - {type: prometheus, config: {url: "\${NOPE}"}}\n  - {type: prometheus, enabled: false, config: {url: "\${NOR_THIS}"}}\n`,
    );
    expect(said).toEqual([
      `a.yaml:2: sources[0].config.url: the variable NOPE is not set: set it, or write \${NOPE:-default}`,
    ]);
  });

  it('refuses what is written twice', async () => {
    const { said } = await parse(`endpoint: {url: http://a}
helios: {endpoint: http://b}
sources:
  - {type: prometheus, url: a, config: {url: b}}
  - {type: prometheus, name: x, url: a}
  - {type: prometheus, name: x, url: a}
`);
    expect(said).toEqual([
      'a.yaml:1: endpoint.url: is given twice: also as helios.endpoint',
      'a.yaml:4: sources[0].config.url: is given twice: also as url',
      'a.yaml:6: sources[2].name: another source is called x',
    ]);
  });

  it('tells no secret and no value of a variable in its messages', async () => {
    const { said } = await parse(
      `sources:\n  - {type: prometheus, url: x, token: hunter2-secret}\n  - {type: prometheus, url: x, token: "\${TOKEN}"}\nhelios: {}\n`,
      { TOKEN: 'topsecretvalue' },
    );
    expect(said).toHaveLength(2);
    expect(said.join()).not.toMatch(/hunter2|topsecret/);
  });

  it('gives names to sources that have none, each another', async () => {
    const { config } = await parse(
      'sources: [{type: system}, {type: system}, {type: system, name: system-2}, {type: system}]',
    );
    expect(config?.sources.map(({ name }) => name)).toEqual([
      'system',
      'system-3',
      'system-2',
      'system-4',
    ]);
  });

  it('is no YAML, or no keys: an error with its place', async () => {
    expect((await parse('a: [1')).said[0]).toMatch(/^a\.yaml:1: no YAML/);
    expect((await parse('- 1')).said).toEqual([
      'a.yaml: the file holds no keys: agent, sources, helios',
    ]);
  });
});
