import { type App, Duration, Tags } from 'aws-cdk-lib';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { refuseUndeployable } from '../constructs/configured-secrets.ts';
import { COST_TAG } from '../constructs/cost-tag.ts';
import { PAGE_DIRECTORY } from '../constructs/project.ts';
import { ActuationStack } from './actuation-stack.ts';
import { ApiStack } from './api-stack.ts';
import { CollectionStack } from './collection-stack.ts';
import { DashboardStack } from './dashboard-stack.ts';
import { DataStack } from './data-stack.ts';
import { MonitoringStack } from './monitoring-stack.ts';
import { NativeTrainerStack } from './native-trainer-stack.ts';
import { PipelineStack } from './pipeline-stack.ts';

/** Every stack of one deployment. */
export interface HeliosStacks {
  readonly data: DataStack;
  /** Only where it is configured: deploying it takes Docker. */
  readonly native?: NativeTrainerStack;
  readonly pipeline: PipelineStack;
  readonly collection: CollectionStack;
  readonly api: ApiStack;
  readonly monitoring: MonitoringStack;
  /** Only where it is configured: nothing else of Helios can change anybody's capacity. */
  readonly actuation?: ActuationStack;
  /** Only where it is configured. */
  readonly dashboard?: DashboardStack;
}

/**
 * Puts Helios into `app`. Each stack refers to earlier ones only; account and Region are those of
 * the credentials that deploy.
 *
 * @param options.page - the folder of the built dashboard; that of `npm run build` unless given
 */
export function createHeliosStacks(
  app: App,
  config: HeliosConfig,
  { page = PAGE_DIRECTORY }: { readonly page?: string } = {},
): HeliosStacks {
  refuseUndeployable(config);
  Tags.of(app).add(COST_TAG.key, COST_TAG.value);
  const data = new DataStack(app, 'HeliosData', { config });
  const common = { stores: data.stores, alarmTopic: data.alarms.topic };
  const native = config.training.native_image
    ? new NativeTrainerStack(app, 'HeliosNativeTrainer', { ...common, config })
    : undefined;
  const pipeline = new PipelineStack(app, 'HeliosPipeline', {
    ...common,
    config,
    ...(native && { fitRecurrent: native.fitRecurrent }),
  });
  const { training, train } = pipeline;
  const collection = new CollectionStack(app, 'HeliosCollection', { ...common, training, config });
  const api = new ApiStack(app, 'HeliosApi', { ...common, train, config });
  const actuation = config.actuation.enabled
    ? new ActuationStack(app, 'HeliosActuation', { ...common, config })
    : undefined;
  const dashboard = config.dashboard.enabled
    ? new DashboardStack(app, 'HeliosDashboard', {
        alarmTopic: data.alarms.topic,
        api: api.api,
        config,
        page,
      })
    : undefined;
  const monitoring = new MonitoringStack(app, 'HeliosMonitoring', {
    ...common,
    warningTopic: data.warnings.topic,
    monitoring: config.monitoring,
    cycle: Duration.minutes(config.schedules.collect_every_minutes),
    heartbeat: config.heartbeat.enabled,
    training,
    functions: [
      ...api.functions,
      ...collection.functions,
      ...pipeline.functions,
      ...(actuation?.functions ?? []),
    ],
    queues: collection.queues,
    failedEvents: [
      collection.failedEvents,
      pipeline.failedEvents,
      ...(actuation ? [actuation.failedEvents] : []),
    ],
    api: api.api,
  });
  return {
    data,
    ...(native ? { native } : {}),
    pipeline,
    collection,
    api,
    monitoring,
    ...(actuation ? { actuation } : {}),
    ...(dashboard ? { dashboard } : {}),
  };
}
