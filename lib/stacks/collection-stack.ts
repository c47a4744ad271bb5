import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import type { SweptSources } from '#contracts/config/swept-sources.ts';
import { schedulesOf } from '#contracts/schedules.ts';
import { ConfigLayer } from '../constructs/config-layer.ts';
import { allowSecrets } from '../constructs/configured-secrets.ts';
import { allowWorkspaces } from '../constructs/prometheus-workspaces.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { type Stores, storeEnvironment } from '../constructs/stores.ts';
import { Timer } from '../constructs/timer.ts';
import type { TrainingStateMachine } from '../constructs/training-state-machine.ts';
import { DeadLetterQueue, WorkQueue } from '../constructs/work-queue.ts';

export interface CollectionStackProps extends StackProps {
  readonly stores: Stores;
  readonly alarmTopic: ITopic;
  readonly training: TrainingStateMachine;
  readonly config: HeliosConfig;
}

const CONSUMER_TIMEOUT = Duration.minutes(2);

/** By the clock: `dispatch` deals workloads out, `collect` reads their sources, `score` follows. */
export class CollectionStack extends Stack {
  readonly functions: readonly ServiceFunction[];
  readonly queues: readonly WorkQueue[];
  readonly failedEvents: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: CollectionStackProps) {
    super(scope, id, { description: 'Helios: collection and scoring by the clock', ...props });
    const { stores, alarmTopic } = props;
    const configLayer = new ConfigLayer(this, 'Config', props.config);
    const collectQueue = new WorkQueue(this, 'CollectQueue', {
      functionName: 'collect',
      timeout: CONSUMER_TIMEOUT,
    });
    const scoreQueue = new WorkQueue(this, 'ScoreQueue', {
      functionName: 'score',
      timeout: CONSUMER_TIMEOUT,
    });
    this.queues = [collectQueue, scoreQueue];
    this.failedEvents = new DeadLetterQueue(this, 'FailedEvents', { functionName: 'dispatch' });

    const withQueues = {
      environment: {
        ...storeEnvironment(stores),
        COLLECT_QUEUE_URL: collectQueue.url,
        SCORE_QUEUE_URL: scoreQueue.url,
        CONFIG_PATH: configLayer.path,
      },
      layers: [configLayer.layer],
      alarmTopic,
    };
    const dispatch = new ServiceFunction(this, 'Dispatch', {
      ...withQueues,
      name: 'dispatch',
      description: 'Helios: deals the due workloads out to the queues',
      timeout: Duration.minutes(2),
      memoryMebibytes: 512,
      failedEvents: this.failedEvents.queue,
    });
    const collect = new ServiceFunction(this, 'Collect', {
      ...withQueues,
      name: 'collect',
      description: 'Helios: reads the metrics of workloads from CloudWatch and other sources',
      timeout: CONSUMER_TIMEOUT,
      memoryMebibytes: 512,
    });
    const score = new ServiceFunction(this, 'Score', {
      name: 'score',
      description: 'Helios: incidents, forecasts as issued, how the champions do',
      timeout: CONSUMER_TIMEOUT,
      memoryMebibytes: 1_024,
      environment: {
        ...storeEnvironment(stores),
        STATE_MACHINE_ARN: props.training.stateMachine.stateMachineArn,
        CONFIG_PATH: configLayer.path,
      },
      layers: [configLayer.layer],
      alarmTopic,
    });
    this.functions = [dispatch, collect, score];

    new Timer(this, 'Timer', {
      target: dispatch,
      schedules: schedulesOf(props.config.schedules).filter(
        (schedule) => schedule.function === 'dispatch',
      ),
      failedEvents: this.failedEvents.queue,
    });
    // Low on purpose: the queue absorbs a burst, CloudWatch's request quota does not.
    collectQueue.consumeWith(collect, { maxConcurrency: 10 });
    scoreQueue.consumeWith(score, { maxConcurrency: 20 });

    const { observations, catalog, objects } = stores;
    catalog.grant(dispatch, 'GetItem', 'UpdateItem', 'Query', 'DeleteItem');
    collectQueue.grantSend(dispatch);
    scoreQueue.grantSend(dispatch);

    observations.grant(collect, 'BatchGetItem', 'PutItem', 'Query');
    catalog.grant(collect, 'GetItem', 'UpdateItem');
    scoreQueue.grantSend(collect);
    // CloudWatch knows no resources for this action.
    collect.allow({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] });
    const { accounts, discovery, prometheus, sources, write_back } = props.config;
    // Expressions over ranges are all that it asks: neither labels nor metadata.
    allowWorkspaces(collect, 'aps:QueryMetrics', [...prometheus, ...prometheusServers(sources)]);
    allowSecrets(collect, prometheus, sources);
    const roles = accounts.map(({ role_arn: arn }) => arn);
    if (roles.length > 0) collect.allow({ actions: ['sts:AssumeRole'], resources: roles });
    if (discovery.kinds.length > 0) {
      // Neither service knows resources for these actions.
      dispatch.allow({ actions: ['cloudwatch:ListMetrics', 'tag:GetResources'], resources: ['*'] });
      if (roles.length > 0) dispatch.allow({ actions: ['sts:AssumeRole'], resources: roles });
    }

    observations.grant(score, 'Query');
    // An incident that has ended leaves the list of open ones.
    catalog.grant(score, 'GetItem', 'UpdateItem', 'Query', 'DeleteItem');
    objects.grant(score, 'models', 'GetObject');
    objects.grant(score, 'detectors', 'GetObject');
    props.training.grantStart(score);
    const { prometheus_remote_write: receiver } = write_back;
    if (receiver) allowWorkspaces(score, 'aps:RemoteWrite', [receiver]);
    allowSecrets(score, receiver);
  }
}

/** Where those of the sources are that have the API of Prometheus. */
function prometheusServers(sources: SweptSources) {
  return sources.flatMap((source) => {
    if (source.type !== 'prometheus' || source.auth === undefined) return [];
    return [{ url: source.url ?? source.endpoint ?? '', auth: source.auth }];
  });
}
