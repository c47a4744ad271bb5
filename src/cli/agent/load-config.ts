import { dirname, join, resolve } from 'node:path';
import { type ConfigProblem, problemText } from '#adapters/config/config-problem.ts';
import { type AgentConfig, parseAgentConfig, usable } from '#adapters/config/parse-agent-config.ts';
import { sourceOf } from '#adapters/sources/registry.ts';
import { DomainError } from '#core/errors.ts';
import { NAME_PART, type WorkloadId, workloadId } from '#core/workload.ts';
import type { CommandContext } from '../command-context.ts';
import { deploymentOf } from '../commands/import.ts';
import { readTextIfAny } from '../config-file.ts';

/** What the commands of the agent share. */
export interface AgentFlags {
  readonly config?: string;
  readonly deployment?: string;
  readonly namespace?: string;
  /** Seconds; of every source. */
  readonly interval?: number;
  readonly logLevel?: string;
}

/** The configuration, where it was found, and whom it measures. */
export interface LoadedConfig {
  readonly config: AgentConfig;
  /** Undefined: there is no file, and this machine is measured. */
  readonly file: string | undefined;
  readonly stateDir: string;
  /** What a key file is relative to. */
  readonly directory: string;
  readonly host: string;
}

/** Namespace of machines whose configuration names none. */
const DEFAULT_NAMESPACE = 'agents';

/** Without a file the agent measures this machine. */
const WITHOUT_FILE = 'sources:\n  - type: system\n';

/** Where a file is looked for, in this order. */
export function configPlaces({ environment }: CommandContext): readonly string[] {
  const { workingDirectory, homeDirectory } = environment;
  return [
    join(workingDirectory, 'helios-agent.yaml'),
    join(workingDirectory, 'helios-agent.yml'),
    join(homeDirectory, '.helios', 'agent.yaml'),
    '/etc/helios/agent.yaml',
  ];
}

/**
 * The configuration of the agent: the file named, the first one found, or none.
 * @throws {DomainError} `CONFIG_INVALID` with every problem and its line
 */
export async function loadAgentConfig(
  context: CommandContext,
  flags: AgentFlags,
): Promise<LoadedConfig> {
  const { environment, messages } = context;
  const found = await findFile(context, flags.config);
  const parsed = await parseAgentConfig(found?.text ?? WITHOUT_FILE, environment.env, sourceOf);
  const file = found?.path ?? 'the configuration';
  for (const problem of warningsOf(parsed.problems)) messages.warn(problemText(file, problem));
  const config = withFlags(usable(parsed, file), flags);
  if (config.sources.length === 0) {
    throw new DomainError('CONFIG_INVALID', `${file} has no source that is enabled`, {
      try: 'sources: [{type: system}]',
    });
  }
  const { workingDirectory, homeDirectory, hostName } = environment;
  return {
    config,
    file: found?.path,
    stateDir: resolve(
      workingDirectory,
      config.agent.state_dir ?? join(homeDirectory, '.helios', 'agent'),
    ),
    directory: found === undefined ? workingDirectory : dirname(found.path),
    host: deploymentOf(hostName).slice(0, 64),
  };
}

async function findFile(context: CommandContext, named: string | undefined) {
  if (named !== undefined) {
    const path = resolve(context.environment.workingDirectory, named);
    const text = await readTextIfAny(path);
    if (text !== undefined) return { path, text };
    throw new DomainError('CONFIG_INVALID', `there is no file ${path}`, {
      path,
      try: 'helios agent init',
    });
  }
  for (const path of configPlaces(context)) {
    const text = await readTextIfAny(path);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}

function warningsOf(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.filter(({ severity }) => severity === 'warning');
}

function withFlags(config: AgentConfig, { interval }: AgentFlags): AgentConfig {
  if (interval === undefined) return config;
  return {
    ...config,
    agent: { ...config.agent, collection_interval: interval },
    sources: config.sources.map((source) => ({ ...source, interval })),
  };
}

/** Whose metrics those are that name no workload: by flag, label, `HELIOS_DEPLOYMENT`, or this machine. */
export function workloadOfLabels(
  labels: Readonly<Record<string, string>>,
  flags: AgentFlags,
  host: string,
  env: Readonly<Record<string, string | undefined>>,
): WorkloadId {
  const fromEnvironment = env.HELIOS_DEPLOYMENT || undefined;
  const parts = {
    deployment: flags.deployment ?? labels.deployment ?? fromEnvironment ?? host,
    namespace: flags.namespace ?? labels.namespace ?? DEFAULT_NAMESPACE,
    cluster: labels.cluster,
    container: labels.container,
  };
  for (const part of Object.values(parts)) {
    if (part === undefined || NAME_PART.test(part)) continue;
    throw new DomainError('CONFIG_INVALID', `${part} is not a name of a workload`, { parts });
  }
  return workloadId(parts);
}
