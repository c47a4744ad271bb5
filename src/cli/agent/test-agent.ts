import { problemsOf } from '#app/agent/source-loop.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { durationMs, MINUTE } from '#core/time.ts';
import type { CommandContext } from '../command-context.ts';
import { exitCodeOf } from '../failure.ts';
import { renderTable, type Table, textCell } from '../render/table.ts';
import { type AgentFlags, type LoadedConfig, loadAgentConfig } from './load-config.ts';
import { clockOf, lookAt } from './once.ts';
import { openSource } from './open-sources.ts';
import { openUplink } from './uplink.ts';

/** What one part of the agent's way was found to do. */
export interface Check {
  readonly part: string;
  readonly ok: boolean;
  readonly message: string;
  readonly error?: unknown;
}

/** Checks the configuration, reads every source once and asks the endpoint; stores nothing. */
export async function testAgent(context: CommandContext, flags: AgentFlags): Promise<number> {
  const loaded = await loadAgentConfig(context, flags);
  const file = loaded.file ?? 'no file: this machine alone';
  return printChecks(context, [
    { part: 'configuration', ok: true, message: file },
    ...(await checkSources(context, loaded, flags)),
    await checkEndpoint(context, loaded),
  ]);
}

/** Prints checks. @returns 0, or the exit code of the first that failed */
export function printChecks(context: CommandContext, checks: readonly Check[]): number {
  const table: Table = {
    columns: [
      { title: 'Part', key: 'part' },
      { title: 'Result', key: 'result' },
      { title: 'What', key: 'message' },
    ],
    rows: checks.map(({ part, ok, message }) => [
      textCell(part),
      textCell(ok ? 'ok' : 'failed'),
      textCell(message),
    ]),
  };
  const data = { checks: checks.map(({ part, ok, message }) => ({ part, ok, message })) };
  context.print({ data, table, text: () => renderTable(table, context.terminal) });
  const failed = checks.find(({ ok }) => !ok);
  return failed === undefined ? 0 : exitCodeOf(failed.error);
}

/** Reads each source once. */
export async function checkSources(
  context: CommandContext,
  loaded: LoadedConfig,
  flags: AgentFlags,
): Promise<readonly Check[]> {
  const catchUp = durationMs(loaded.config.agent.catch_up_minutes * MINUTE);
  return Promise.all(
    loaded.config.sources.map(async (configured): Promise<Check> => {
      const part = `source ${configured.name}`;
      try {
        const source = await openSource(context, loaded, configured, flags);
        const looked = await lookAt(context, source, catchUp);
        await source.source.close?.();
        if ('error' in looked) return failedCheck(part, looked.error);
        const { workloads } = looked.found;
        const count = workloads.reduce((sum, each) => sum + each.collected.observations.length, 0);
        const problems = problemsOf(looked.found);
        const text = `${count} samples of ${workloads.length} workloads`;
        const message = [text, ...problems.slice(0, 3)].join('; ');
        // Nothing at all is no success: a wrong query looks just like it.
        if (count > 0) return { part, ok: true, message };
        const error = new DomainError('SOURCE_UNAVAILABLE', `${message}: is the selection right?`);
        return { part, ok: false, message: error.message, error };
      } catch (error) {
        return failedCheck(part, error);
      }
    }),
  );
}

async function checkEndpoint(context: CommandContext, loaded: LoadedConfig): Promise<Check> {
  const uplink = await openUplink(context, loaded, clockOf(context));
  const part = `endpoint ${uplink.endpoint}`;
  // An empty batch says whether this agent may send, and stores nothing.
  const said = await uplink.send({ id: 'test', samples: 0, json: '{"metrics":[]}' });
  switch (said.kind) {
    case 'done':
      return { part, ok: true, message: 'answers, and takes samples' };
    case 'refused':
      return failedCheck(part, said.error);
    default:
      return failedCheck(part, new DomainError('ENDPOINT_UNAVAILABLE', said.message));
  }
}

function failedCheck(part: string, error: unknown): Check {
  const message = error instanceof Error ? error.message : String(error);
  if (!isDomainError(error)) return { part, ok: false, message, error };
  return { part, ok: false, message: `${message} (${error.hint})`, error };
}
