import * as z from 'zod';
import { awsSecrets } from '#adapters/aws/aws-secrets.ts';
import { sourceOf } from '#adapters/sources/registry.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { sourceType } from '#contracts/config/source-types.ts';
import { DomainError } from '#core/errors.ts';
import { workloadId } from '#core/workload.ts';
import { loadAgentConfig } from '../agent/load-config.ts';
import { openSource } from '../agent/open-sources.ts';
import type { CommandContext, WorkloadFlags } from '../command-context.ts';

export interface NamedSourceFlags extends WorkloadFlags {
  readonly config?: string;
  readonly url?: string;
  /** Seconds between two values. */
  readonly step?: number;
}

/**
 * A source by the name or type that an agent's configuration gives it; one that needs no more than an
 * address by its type and `--url`, which may be in `PROMETHEUS_URL`.
 *
 * @throws {DomainError} `CONFIG_INVALID`, `SOURCE_UNAVAILABLE`
 */
export async function openNamedSource(
  context: CommandContext,
  name: string,
  flags: NamedSourceFlags,
): Promise<MetricSource> {
  const type = sourceType(name);
  const { env } = context.environment;
  const fromEnvironment =
    type === 'prometheus' && flags.config === undefined ? env.PROMETHEUS_URL : undefined;
  const url = flags.url ?? fromEnvironment;
  if (url !== undefined) return openByAddress(context, name, url, flags);
  const loaded = await loadAgentConfig(context, flags);
  const { sources } = loaded.config;
  const configured = sources.find((each) => each.name === name || each.kind.type === type);
  if (!configured) {
    throw new DomainError(
      'CONFIG_INVALID',
      `no source ${name} is configured: name it in the agent’s configuration, or give --url`,
      {
        configured: sources.map((each) => each.name),
        file: loaded.file ?? null,
      },
    );
  }
  const step = flags.step === undefined ? {} : { step: flags.step };
  const changed = { ...configured, config: withStep(configured.config, step) };
  return (await openSource(context, loaded, changed, flags)).source;
}

async function openByAddress(
  { environment }: CommandContext,
  name: string,
  url: string,
  { step, deployment, namespace, cluster, container }: NamedSourceFlags,
): Promise<MetricSource> {
  const kind = await sourceOf(name);
  const parsed = kind.schema.safeParse({ url, ...(step !== undefined && { step }) });
  if (!parsed.success) {
    throw new DomainError('CONFIG_INVALID', `sources of type ${kind.type} cannot be opened so`, {
      problems: z.prettifyError(parsed.error),
    });
  }
  const { clock, sleep, random, fetch, env, hostName } = environment;
  return kind.open(parsed.data, {
    ...{ clock, sleep, random, fetch, env, name: kind.type, labels: {}, host: hostName },
    secrets: awsSecrets(clock),
    workload: workloadId({ deployment: deployment ?? kind.type, namespace, cluster, container }),
  });
}

function withStep(config: unknown, step: { readonly step?: number }): unknown {
  return typeof config === 'object' && config !== null ? { ...config, ...step } : config;
}
