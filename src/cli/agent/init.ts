import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DomainError } from '#core/errors.ts';
import type { CommandContext } from '../command-context.ts';
import { foreignError } from '../foreign-error.ts';

/** What `helios agent init` writes: it runs as it is, and measures this machine. */
export const AGENT_TEMPLATE = `# helios-agent: what is measured, and where it is sent.
# \${VAR} and \${VAR:-default} are replaced by variables of the environment.
agent:
  collection_interval: 15   # seconds; each source may have its own
  log_level: INFO           # DEBUG, INFO, WARNING, ERROR
  # labels: {namespace: prod, deployment: web}   # whose the metrics are; this machine unless given
  # state_dir: /var/lib/helios-agent             # the buffer; ~/.helios/agent unless given
  # buffer: {max_mb: 256, fsync: true}

sources:
  - type: system            # CPU, memory, disk and network of this machine

  # - type: prometheus
  #   config:
  #     url: http://localhost:9090
  #     queries:
  #       - name: cpu_cores
  #         query: sum by (namespace, pod) (rate(container_cpu_usage_seconds_total[5m]))

helios:
  endpoint: \${HELIOS_ENDPOINT:-http://127.0.0.1:8080}
  # api_key_file: agent.key   # helios keys create NAME --scope ingest; or the variable HELIOS_API_KEY
`;

/** Writes a configuration to begin with. @throws {DomainError} `CONFIG_INVALID` when there is one */
export async function initAgent(
  { environment, messages }: CommandContext,
  file: string | undefined,
  { force }: { readonly force?: boolean },
): Promise<number> {
  const path = resolve(environment.workingDirectory, file ?? 'helios-agent.yaml');
  try {
    await writeFile(path, AGENT_TEMPLATE, { flag: force ? 'w' : 'wx', mode: 0o600 });
  } catch (error) {
    const { code, message } = foreignError(error);
    const text =
      code === 'EEXIST' ? `${path} is there already` : `cannot write ${path}: ${message}`;
    throw new DomainError('CONFIG_INVALID', text, { path, try: '--force' }, error);
  }
  messages.note(`wrote ${path}; next: helios agent test, then helios agent run`);
  return 0;
}
