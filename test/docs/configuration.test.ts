import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { parseConfig } from '#adapters/config/parse-config.ts';
import { checkConfig } from '#app/config/check-config.ts';
import { costPlanOf } from '#app/cost/cost-plan-of.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { CONFIG_SCHEMA_FILE, configJsonSchema } from '#contracts/config/json-schema.ts';
import { readRepositoryFile, repositoryFiles } from '#test/helpers/repository.ts';
import { configReference, costTable, REFERENCE_FILE } from '../../scripts/config-reference.ts';

const UP_TO_DATE = 'node --import tsx scripts/config-reference.ts';
const published = JSON.parse(readRepositoryFile(CONFIG_SCHEMA_FILE));
const reference = readRepositoryFile(REFERENCE_FILE);
const examples = repositoryFiles().filter((path) => /^examples\/config\/.*\.yaml$/.test(path));

describe('the reference of the configuration', () => {
  it(`is what ${UP_TO_DATE} writes`, () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
    expect(reference).toBe(configReference());
  });

  it('says of every key what it means', () => {
    const rows = reference.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter((line) => / {2}\|$|\| \|$/.test(line))).toEqual([]);
  });
});

describe('the examples of configurations', () => {
  const schema = z.fromJSONSchema(published);

  it('are five', () => {
    expect(examples.map((path) => path.replace(/^.*\//, ''))).toEqual([
      'ecs-fleet.yaml',
      'everything.yaml',
      'lambda.yaml',
      'minimal.yaml',
      'multi-account.yaml',
    ]);
  });

  it.each(examples)('%s is valid, by the published schema too, and means what it says', (path) => {
    const text = readRepositoryFile(path);
    const { config, problems } = parseConfig(text);
    expect(problems).toEqual([]);
    expect(schema.safeParse(parse(text)).error).toBeUndefined();
    expect(config && checkConfig(config)).toEqual([]);
    const [first = ''] = text.split('\n');
    const [, address = ''] = first.match(/^# yaml-language-server: \$schema=(.*)$/) ?? [];
    expect(new URL(address, `file:///${path}`).pathname.slice(1)).toBe(CONFIG_SCHEMA_FILE);
  });

  it('has one that shows every part', () => {
    const everything = parse(readRepositoryFile('examples/config/everything.yaml'));
    const shown = new Set(Object.keys(everything));
    // A switch of its own that nobody needs to touch.
    const missing = Object.keys(HeliosConfigSchema.shape).filter(
      (key) => !shown.has(key) && key !== 'heartbeat',
    );
    expect(missing).toEqual([]);
  });
});

describe('docs/guide/cost.md', () => {
  const guide = readRepositoryFile('docs/guide/cost.md');

  it(`has the table that ${UP_TO_DATE} prints`, () => {
    expect(guide).toContain(costTable());
  });

  it('says that deploy.md is right about what is there without a workload', () => {
    const { totalUsd } = costPlanOf(HeliosConfigSchema.parse({}));
    expect(readRepositoryFile('docs/guide/deploy.md')).toContain(
      `about $${Math.round(totalUsd)} a month`,
    );
  });
});

describe('docs/guide/deploy.md', () => {
  const guide = readRepositoryFile('docs/guide/deploy.md');

  it('names commands that there are', () => {
    const sources = repositoryFiles()
      .filter((path) => /^src\/cli\/[^/]*program\.ts$/.test(path))
      .map(readRepositoryFile)
      .join('\n');
    const named = [...guide.matchAll(/^npx helios ([a-z-]+)/gm)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(6);
    expect(named.filter((name) => !sources.includes(`.command('${name}')`))).toEqual([]);
  });

  it('shows a policy that is JSON and allows nothing by a wildcard', () => {
    const [, text = ''] = guide.match(/^```json\n(.*?)^```/ms) ?? [];
    const { Statement } = JSON.parse(text);
    expect(JSON.stringify(Statement)).not.toContain('*');
  });
});
