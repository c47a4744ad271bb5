import { type App, Tags } from 'aws-cdk-lib';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { ActuationStack } from './actuation-stack.ts';
import { ApiStack } from './api-stack.ts';
import { CollectionStack } from './collection-stack.ts';
import { DataStack } from './data-stack.ts';
import { MonitoringStack } from './monitoring-stack.ts';
import { PipelineStack } from './pipeline-stack.ts';

/** Every stack of one deployment. */
export interface HeliosStacks {
  readonly data: DataStack;
  readonly pipeline: PipelineStack;
  readonly collection: CollectionStack;
  readonly api: ApiStack;
  readonly monitoring: MonitoringStack;
  /** Only where it is configured: nothing else of Helios can change anybody's capacity. */
  readonly actuation?: ActuationStack;
}

/**
 * Puts Helios into `app`. Each stack refers to earlier ones only; account and Region are those of
 * the credentials that deploy.
 */
export function createHeliosStacks(app: App, config: HeliosConfig): HeliosStacks {
  Tags.of(app).add('application', 'helios');
  const data = new DataStack(app, 'HeliosData');
  const common = { stores: data.stores, alarmTopic: data.alarms.topic };
  const pipeline = new PipelineStack(app, 'HeliosPipeline', { ...common, config });
  const { training, train } = pipeline;
  const collection = new CollectionStack(app, 'HeliosCollection', { ...common, training, config });
  const api = new ApiStack(app, 'HeliosApi', { ...common, train, config });
  const actuation = config.actuation.enabled
    ? new ActuationStack(app, 'HeliosActuation', { ...common, config })
    : undefined;
  const monitoring = new MonitoringStack(app, 'HeliosMonitoring', {
    ...common,
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
  return { data, pipeline, collection, api, monitoring, ...(actuation ? { actuation } : {}) };
}
