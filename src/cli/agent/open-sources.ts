import { awsSecrets } from '#adapters/aws/aws-secrets.ts';
import type { ConfiguredSource } from '#adapters/config/parse-agent-config.ts';
import type { OpenSource } from '#app/agent/source-loop.ts';
import { durationMs, SECOND } from '#core/time.ts';
import type { CommandContext } from '../command-context.ts';
import { type AgentFlags, type LoadedConfig, workloadOfLabels } from './load-config.ts';

/** Opens one source as it is configured. @throws {DomainError} `CONFIG_INVALID`, `SOURCE_UNAVAILABLE` */
export async function openSource(
  { environment }: CommandContext,
  { config, host }: LoadedConfig,
  configured: ConfiguredSource,
  flags: AgentFlags,
): Promise<OpenSource> {
  const { clock, sleep, random, fetch, env } = environment;
  const { name, kind, timeout, interval = config.agent.collection_interval } = configured;
  const labels = { ...config.agent.labels, ...configured.labels };
  const workload = workloadOfLabels(labels, flags, host, env);
  const secrets = awsSecrets(clock);
  const deps = { clock, sleep, random, fetch, env, secrets, name, workload, labels, host };
  return {
    name,
    type: kind.type,
    source: await kind.open(configured.config, deps),
    interval: durationMs(interval * SECOND),
    timeout: durationMs(timeout * SECOND),
    labels,
  };
}

/** Opens every source that is enabled. */
export async function openSources(
  context: CommandContext,
  loaded: LoadedConfig,
  flags: AgentFlags,
): Promise<readonly OpenSource[]> {
  return Promise.all(
    loaded.config.sources.map((source) => openSource(context, loaded, source, flags)),
  );
}
