import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { createExport, EXPORT_LIMITS } from '#app/exporter/export-metrics.ts';
import { WORKLOAD_FAMILIES } from '#app/exporter/workload-samples.ts';
import { MANAGED_TAG } from '#contracts/config/actuation.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { findServedRoute } from '#contracts/find-route.ts';
import { ExportQuerySchema, KedaMetricSchema, KedaQuerySchema } from '#contracts/http/scalers.ts';
import {
  DEFAULT_MEASURES,
  MEASURE_DIMENSIONS,
  MEASURES,
  MEASURES_NAMESPACE,
} from '#contracts/measures.ts';
import { parseExposition } from '#test/helpers/exposition.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { ROOT, readRepositoryFile, repositoryFiles } from '#test/helpers/repository.ts';

const SCALED_OBJECT = z.fromJSONSchema(
  JSON.parse(readFileSync(join(ROOT, 'test/fixtures/keda/scaledobject.schema.json'), 'utf8')),
);

/** The parts of a ScaledObject that these tests read, once it has the form of the CRD. */
const ReadSchema = z.looseObject({
  kind: z.literal('ScaledObject'),
  spec: z.looseObject({
    scaleTargetRef: z.looseObject({ name: z.string() }),
    fallback: z.looseObject({ behavior: z.string() }),
    triggers: z.array(
      z.looseObject({
        type: z.string(),
        metricType: z.string(),
        metadata: z.record(z.string(), z.string()),
        authenticationRef: z.looseObject({ name: z.string() }).optional(),
      }),
    ),
  }),
});

const files = repositoryFiles().filter((path) => /^examples\/keda\/.*\.yaml$/.test(path));
const objects = files.flatMap((path) =>
  parseAllDocuments(readRepositoryFile(path)).map((document) => ({
    path,
    object: document.toJS(),
  })),
);
const scaled = objects.filter(({ object }) => object.kind === 'ScaledObject');

describe('the examples for KEDA', () => {
  it('are one ScaledObject a file', () => {
    expect(scaled.map(({ path }) => path)).toEqual(files);
    expect(files.length).toBeGreaterThanOrEqual(4);
  });

  it.each(scaled)('$path has the form of the CRD', ({ object }) => {
    expect(SCALED_OBJECT.safeParse(object).error).toBeUndefined();
  });

  it('are held to a schema that sees what is wrong', () => {
    const [{ object } = { object: undefined }] = scaled;
    const changed = (change: (spec: Record<string, unknown>) => void): boolean => {
      const copy = structuredClone(object);
      change(copy.spec);
      return SCALED_OBJECT.safeParse(copy).success;
    };
    expect(changed(() => {})).toBe(true);
    expect(changed((spec) => Object.assign(spec, { minReplicas: 1 }))).toBe(false);
    expect(changed((spec) => Object.assign(spec, { minReplicaCount: '1' }))).toBe(false);
    expect(changed((spec) => Object.assign(spec, { minReplicaCount: 1.5 }))).toBe(false);
    expect(changed((spec) => Object.assign(spec, { triggers: [{ type: 'cpu' }] }))).toBe(false);
    expect(
      changed((spec) =>
        Object.assign(spec, { fallback: { failureThreshold: 3, replicas: 4, behavior: 'none' } }),
      ),
    ).toBe(false);
    const trigger = { type: 'metrics-api', metadata: { targetValue: 1 } };
    expect(changed((spec) => Object.assign(spec, { triggers: [trigger] }))).toBe(false);
  });

  it.each(scaled)(
    '$path falls back without scaling in, and has a trigger that measures',
    (each) => {
      const { spec } = ReadSchema.parse(each.object);
      expect(spec.fallback.behavior).toBe('currentReplicasIfHigher');
      const measures = spec.triggers.filter(
        ({ type, metadata }) => type === 'cpu' || metadata.query?.includes('helios_actual'),
      );
      expect(measures).toHaveLength(1);
    },
  );

  it.each(scaled)('$path shares numbers of replicas or requests, and ratios never', (each) => {
    for (const { type, metricType, metadata } of ReadSchema.parse(each.object).spec.triggers) {
      const isRatio = type !== 'cpu' && /utilization|latency|error_rate/.test(`${metadata.query}`);
      if (type === 'cpu') expect(metricType).toBe('Utilization');
      else expect(metricType).toBe(isRatio ? 'Value' : 'AverageValue');
      // Nothing is an error, not a load of nothing.
      if (type !== 'cpu' && type !== 'metrics-api') expect(metadata.ignoreNullValues).toBe('false');
    }
  });

  it('ask for what Helios answers', () => {
    const asked = scaled.flatMap(({ object }) =>
      ReadSchema.parse(object).spec.triggers.filter(({ type }) => type === 'metrics-api'),
    );
    expect(asked).toHaveLength(2);
    for (const { metadata, authenticationRef } of asked) {
      const url = new URL(metadata.url ?? '');
      const path = url.pathname.replace(/[^/]+$/, '{workload}');
      expect(findServedRoute(`GET ${path}`)?.set).toBe('key');
      expect(KedaQuerySchema.safeParse(Object.fromEntries(url.searchParams)).success).toBe(true);
      expect(Object.keys(KedaMetricSchema.shape)).toContain(metadata.valueLocation);
      expect(metadata.authMode).toBe('bearer');
      expect(authenticationRef?.name).toBe('helios');
    }
  });

  it('read what Helios publishes to CloudWatch', () => {
    const [metadata] = scaled
      .flatMap(({ object }) => ReadSchema.parse(object).spec.triggers)
      .flatMap((trigger) => (trigger.type === 'aws-cloudwatch' ? [trigger.metadata] : []));
    expect(metadata?.namespace).toBe(MEASURES_NAMESPACE);
    // Without a word in the configuration, or the example would ask for what is not told.
    expect(DEFAULT_MEASURES).toContain(metadata?.metricName);
    expect(metadata?.dimensionName?.split(';')).toEqual([...MEASURE_DIMENSIONS]);
  });
});

describe('the example of target tracking', () => {
  const policy = JSON.parse(readRepositoryFile('examples/target-tracking/ecs-service.json'));
  const configuration = policy.TargetTrackingScalingPolicyConfiguration;

  it('only adds: it never scales in', () => {
    expect(configuration.DisableScaleIn).toBe(true);
    expect(policy.PolicyType).toBe('TargetTrackingScaling');
  });

  it('tracks what falls as capacity rises, since nothing else can be tracked', () => {
    const metrics: Record<string, unknown>[] = configuration.CustomizedMetricSpecification.Metrics;
    const returned = metrics.filter(({ ReturnData }) => ReturnData === true);
    expect(returned).toMatchObject([{ Expression: 'recommended / running' }]);
    expect(configuration.TargetValue).toBe(1);
    // Ten are recommended and five run: the value is 2, so twice as many are wanted, which is ten.
    const [recommended, running] = [10, 5];
    expect(running * (recommended / running / configuration.TargetValue)).toBe(10);
  });

  it('reads what Helios publishes', () => {
    const [{ MetricStat } = { MetricStat: undefined }] =
      configuration.CustomizedMetricSpecification.Metrics;
    const { Namespace, MetricName, Dimensions } = MetricStat.Metric;
    expect([Namespace, MetricName]).toEqual([MEASURES_NAMESPACE, 'RecommendedReplicas']);
    expect(DEFAULT_MEASURES).toContain(MetricName);
    expect(Object.keys(MEASURES)).toContain(MetricName);
    expect(Dimensions.map(({ Name }: { Name: string }) => Name)).toEqual([...MEASURE_DIMENSIONS]);
  });
});

describe('the guide', () => {
  const guide = readRepositoryFile('docs/guide/other-scalers.md');
  const blocks = (language: string) =>
    [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
      ([, text = '']) => text,
    );

  it('names the metrics that are exported, and no other', async () => {
    const named = new Set(guide.match(/\bhelios_[a-z_]+\b/g));
    const services = memoryServices(at('2026-03-02T10:00:00Z'));
    const text = await createExport({ ...services, codeVersion: '1' })({});
    const ofService = parseExposition(text).map(({ name }) => name);
    const trained = 'helios_last_training_timestamp_seconds';
    const exported = [...Object.keys(WORKLOAD_FAMILIES), ...ofService, trained];
    expect([...named].sort()).toEqual([...new Set(exported)].sort());
  });

  it('shows the limits of a scrape as they are', () => {
    const { series, workloads, characters } = EXPORT_LIMITS;
    expect(guide).toContain(
      `${series.toLocaleString('en')} series, ${characters / 1e6} MB and ${workloads} workloads`,
    );
  });

  it('shows an answer for KEDA of the form that is given', () => {
    const [answer = ''] = blocks('json');
    expect(KedaMetricSchema.parse(JSON.parse(answer)).value).toBe(6);
  });

  it('shows a configuration that is valid, and scrapes what there is', () => {
    const [measured = '', config = ''] = blocks('yaml');
    const { measures } = HeliosConfigSchema.parse(parse(measured)).monitoring;
    // A list replaces the default: the one shown takes nothing away.
    expect(measures).toEqual([...DEFAULT_MEASURES, 'PredictedDemand']);
    const { actuation } = HeliosConfigSchema.parse(parse(config));
    expect(actuation).toMatchObject({ enabled: true, dry_run: true, stopped: false });
    const [scrape = ''] = blocks('yaml scrape');
    const [job] = parse(scrape).scrape_configs;
    expect(findServedRoute(`GET ${job.metrics_path}`)?.set).toBe('key');
    for (const [name, [value]] of Object.entries<string[]>(job.params)) {
      expect(ExportQuerySchema.safeParse({ [name]: value }).success).toBe(true);
    }
  });

  it('names the tag that gives a target into Helios’ hands', () => {
    expect(guide).toContain(`${MANAGED_TAG.key}=${MANAGED_TAG.value}`);
  });
});
