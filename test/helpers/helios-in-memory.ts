import { createArtifactStore } from '#adapters/artifact-store.ts';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';
import { createMemoryObservationStore } from '#adapters/local/memory-observation-store.ts';
import type { Executions } from '#app/ports/executions.ts';
import { runReplay } from '#app/replay/run-replay.ts';
import { createServices, type Services } from '#app/services.ts';
import { engineer } from '#app/training/engineer.ts';
import { evaluate } from '#app/training/evaluate.ts';
import { finish } from '#app/training/finish.ts';
import { type DetectorDeps, fitDetectors } from '#app/training/fit-detectors.ts';
import { fitRecurrent, type RecurrentDeps } from '#app/training/fit-recurrent.ts';
import { fitStatistical, type StatisticalDeps } from '#app/training/fit-statistical.ts';
import { plan } from '#app/training/plan.ts';
import { type RegisterDeps, register } from '#app/training/register.ts';
import { validate } from '#app/training/validate.ts';
import { CODE_VERSION } from '#contracts/code-version.ts';
import { LIMITS } from '#contracts/http/common.ts';
import { ROUTES } from '#contracts/routes.ts';
import { ManifestItemSchema, PipelineInputSchema } from '#contracts/tasks/items.ts';
import type { Clock } from '#core/time.ts';
import { createHttpServer } from '#server/http/api-gateway.ts';
import { LOOPBACK_HOSTS } from '#server/http/guard.ts';
import { keyAuthorizer } from '#server/http/key-authorizer.ts';
import { createLocalFunctions } from '#server/local-functions.ts';
import { collectionOf } from './collection.ts';
import { TEST_ENGINES } from './engines.ts';

/** Helios over HTTP with its stores in memory, and trainings that are done before they are answered. */
export interface HeliosInMemory {
  readonly url: string;
  readonly services: Services;
  close(): Promise<void>;
}

/**
 * Starts it on a free port of 127.0.0.1.
 *
 * @param options.keySha256 - of the server's own key: then nobody comes in without one
 */
export async function startHeliosInMemory(
  clock: Clock,
  { keySha256 }: { readonly keySha256?: string } = {},
): Promise<HeliosInMemory> {
  const objects = createMemoryObjectStore();
  const services = createServices(
    {
      observations: createMemoryObservationStore(),
      catalog: createMemoryCatalogStore(),
      objects,
      artifacts: createArtifactStore(objects),
    },
    clock,
  );
  const settings = {
    windowDays: 28,
    minimumImprovement: 0.05,
    recurrentNightly: false,
    codeVersion: CODE_VERSION,
  };
  const executions = inlineExecutions({ ...services, ...TEST_ENGINES, settings });
  const { routes } = createLocalFunctions({
    services,
    training: { ...services, executions, newSuffix: () => 'a1' },
    replaying: { ...services, executions: inlineReplays(services), newSuffix: () => 'a1' },
    queue: { send: async () => {} },
    plans: new Map(),
    collection: collectionOf(services),
    logger: { info: () => {}, error: () => {} },
  });
  const keyed = { ...services, keyCrypto: nodeKeyCrypto, routes: ROUTES };
  const server = createHttpServer({
    routes,
    limits: LIMITS,
    clock,
    allowedHosts: LOOPBACK_HOSTS,
    ...(keySha256 === undefined ? {} : { authorize: keyAuthorizer({ ...keyed, keySha256 }) }),
  });
  const { port } = await server.listen(0, '127.0.0.1');
  return { url: `http://127.0.0.1:${port}`, services, close: () => server.close() };
}

/** A replay is done before it is answered. */
function inlineReplays(services: Services): Executions {
  return {
    async start(run_id) {
      await runReplay(services, { run_id });
      return 'started';
    },
  };
}

/** The stages one after the other, in this process. How states follow is tested with the interpreter. */
function inlineExecutions(
  deps: StatisticalDeps & RecurrentDeps & DetectorDeps & RegisterDeps,
): Executions {
  return {
    async start(run_id, input) {
      const request = PipelineInputSchema.parse(input);
      const { manifest_key } = await plan(deps, { run_id, request });
      const manifest = new TextDecoder().decode(await deps.objects.get(manifest_key));
      for (const each of ManifestItemSchema.array().parse(JSON.parse(manifest))) {
        const item = await validate(deps, { run_id, ...each });
        if (item.decision === 'refuse') continue;
        const fitted = await fitStatistical(deps, await engineer(deps, item));
        const recurrent = await fitRecurrent(deps, fitted, () => Infinity);
        const all = await fitDetectors(deps, recurrent, () => Infinity);
        await register(deps, await evaluate(deps, all));
      }
      await finish(deps, { run_id });
      return 'started';
    },
  };
}
