import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { MANAGED_TAG } from '#contracts/config/actuation.ts';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { ACTUATION_SCHEDULE } from '#contracts/schedules.ts';
import { ConfigLayer } from '../constructs/config-layer.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { type Stores, storeEnvironment } from '../constructs/stores.ts';
import { Timer } from '../constructs/timer.ts';
import { DeadLetterQueue } from '../constructs/work-queue.ts';

export interface ActuationStackProps extends StackProps {
  readonly stores: Stores;
  readonly alarmTopic: ITopic;
  readonly config: HeliosConfig;
}

/**
 * Raises the minimums of scalable targets, for those who have turned it on. It is a stack of its own
 * so that everything else of Helios observes only, and deleting it takes every permission away:
 * what is raised by then goes back by the restores that wait at the targets.
 */
export class ActuationStack extends Stack {
  readonly functions: readonly ServiceFunction[];
  readonly failedEvents: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: ActuationStackProps) {
    super(scope, id, { description: 'Helios: raises minimums of scalable targets', ...props });
    const { stores, config } = props;
    const known = new ConfigLayer(this, 'Config', { ...config, workloads: [] });
    this.failedEvents = new DeadLetterQueue(this, 'FailedEvents', { functionName: 'actuate' });
    const actuate = new ServiceFunction(this, 'Actuate', {
      name: 'actuate',
      description: 'Helios: raises minimums of scalable targets while that is recommended',
      timeout: Duration.minutes(2),
      memoryMebibytes: 512,
      environment: { ...storeEnvironment(stores), CONFIG_PATH: known.path },
      layers: [known.layer],
      alarmTopic: props.alarmTopic,
      failedEvents: this.failedEvents.queue,
    });
    this.functions = [actuate];

    new Timer(this, 'Timer', {
      target: actuate,
      schedules: [ACTUATION_SCHEDULE],
      failedEvents: this.failedEvents.queue,
    });

    stores.catalog.grant(actuate, 'GetItem', 'UpdateItem', 'DeleteItem');
    // Application Auto Scaling knows no resources for these two actions.
    actuate.allow({
      actions: [
        'application-autoscaling:DescribeScalableTargets',
        'application-autoscaling:DescribeScheduledActions',
      ],
      resources: ['*'],
    });
    // A dry run has no permission to be anything else.
    if (!config.actuation.dry_run) this.#allowWriting(actuate);
  }

  /** Scheduled actions of tagged targets; no target can be registered, nor a maximum's target changed. */
  #allowWriting(actuate: ServiceFunction): void {
    actuate.allow({
      actions: [
        'application-autoscaling:DeleteScheduledAction',
        'application-autoscaling:PutScheduledAction',
      ],
      resources: [
        this.formatArn({
          service: 'application-autoscaling',
          resource: 'scalable-target',
          resourceName: '*',
        }),
      ],
      because: 'a target has no name of ours: which ones may be changed is said by their tag',
      conditions: { StringEquals: { [`aws:ResourceTag/${MANAGED_TAG.key}`]: [MANAGED_TAG.value] } },
    });
  }
}
