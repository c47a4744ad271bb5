import { homedir, hostname, uptime } from 'node:os';
import { epochMs } from '#core/time.ts';
import { agentProgram } from './agent-program.ts';
import type { Environment, Sleep } from './environment.ts';
import { heliosProgram } from './program.ts';
import { runProgram } from './run-program.ts';

/** Runs one of the command lines with what the process gives, and sets the process's exit code. */
export async function main(program: 'helios' | 'helios-agent'): Promise<void> {
  // A reader such as `head` may leave early; that is no fault of anybody.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  // Node 20 is supported on purpose; the SDK would say on every start that it soon is not.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const build = program === 'helios' ? heliosProgram : agentProgram;
  process.exitCode = await runProgram(build, processEnvironment());
}

function processEnvironment(): Environment {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    // Opened by the command that reads it, and by no other.
    get stdin() {
      return process.stdin;
    },
    clock: { now: () => epochMs(Date.now()) },
    uptimeMs: () => uptime() * 1_000,
    sleep,
    random: Math.random,
    fetch: globalThis.fetch,
    homeDirectory: homedir(),
    workingDirectory: process.cwd(),
    hostName: hostname(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    onSignal: (handler) => {
      process.on('SIGINT', handler).on('SIGTERM', handler);
      return () => {
        process.off('SIGINT', handler).off('SIGTERM', handler);
      };
    },
    exit: (code) => process.exit(code),
    startApplication: async (options) => {
      // Loaded here, because most commands talk to a server that runs already.
      const { startApplication } = await import('#server/application.ts');
      return startApplication({
        ...{ ...options, environment: process.env },
        tracking: trackingOf(process.env),
      });
    },
  };
}

const sleep: Sleep = (ms, signal) =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish, { once: true });
  });

/** Where MLflow's own variables say that experiments are tracked. */
function trackingOf({ MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN_FILE }: NodeJS.ProcessEnv) {
  return {
    ...(MLFLOW_TRACKING_URI === undefined ? {} : { MLFLOW_TRACKING_URI }),
    ...(MLFLOW_TRACKING_TOKEN_FILE === undefined ? {} : { MLFLOW_TRACKING_TOKEN_FILE }),
  };
}
