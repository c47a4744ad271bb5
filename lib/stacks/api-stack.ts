import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { ROUTES } from '#contracts/routes.ts';
import { ConfigLayer } from '../constructs/config-layer.ts';
import { ReplayStateMachine } from '../constructs/replay-state-machine.ts';
import { RouteApi } from '../constructs/route-api.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { type Stores, storeEnvironment } from '../constructs/stores.ts';

export interface ApiStackProps extends StackProps {
  readonly stores: Stores;
  readonly alarmTopic: ITopic;
  /** Lives with the pipeline it starts. */
  readonly train: ServiceFunction;
  readonly config: HeliosConfig;
}

/** The HTTP API and the functions behind its routes. */
export class ApiStack extends Stack {
  readonly api: RouteApi;
  readonly functions: readonly ServiceFunction[];

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, { description: 'Helios: the HTTP API', ...props });
    const { stores } = props;
    const { authentication } = props.config;
    const common = {
      // As long as API Gateway waits.
      timeout: Duration.seconds(29),
      environment: storeEnvironment(stores),
      alarmTopic: props.alarmTopic,
    };
    const ingest = new ServiceFunction(this, 'Ingest', {
      ...common,
      name: 'ingest',
      description: 'Helios: stores batches of samples',
      memoryMebibytes: 512,
    });
    // Without the workloads, of which there may be thousands to parse at each cold start.
    const known = new ConfigLayer(this, 'Config', { ...props.config, workloads: [] });
    const configured = {
      ...common,
      environment: { ...common.environment, CONFIG_PATH: known.path },
      layers: [known.layer],
    };
    const predict = new ServiceFunction(this, 'Predict', {
      ...configured,
      // Known events are part of every forecast.
      name: 'predict',
      description: 'Helios: forecasts',
      memoryMebibytes: 1_024,
    });
    const detect = new ServiceFunction(this, 'Detect', {
      ...configured,
      // Known events are no anomalies, and what is one is configured.
      name: 'detect',
      description: 'Helios: anomalies and incidents',
      memoryMebibytes: 1_024,
    });
    const recommend = new ServiceFunction(this, 'Recommend', {
      ...configured,
      // Policies, prices and known events are configured.
      name: 'recommend',
      description: 'Helios: recommended replicas, requests and limits',
      memoryMebibytes: 1_024,
    });
    const catalog = new ServiceFunction(this, 'Catalog', {
      ...configured,
      // Costs are worked out with the prices configured.
      name: 'catalog',
      description: 'Helios: models, runs, workloads, series, health',
      memoryMebibytes: 512,
    });
    const metrics = new ServiceFunction(this, 'Metrics', {
      ...common,
      name: 'metrics',
      description: 'Helios: what scrapers and other scalers read',
      memoryMebibytes: 512,
    });
    const capacity = new ServiceFunction(this, 'Capacity', {
      ...configured,
      // Known events are part of every forecast, and sizes may be configured.
      name: 'capacity',
      description: 'Helios: capacity of a period, time to a limit, sizes of containers',
      memoryMebibytes: 1_024,
    });
    // Reads a month and runs a minute of arithmetic: a core of its own, and no caller that waits.
    const simulate = new ServiceFunction(this, 'Simulate', {
      ...configured,
      timeout: Duration.minutes(15),
      // Capacities, policies and prices are configured.
      name: 'simulate',
      description: 'Helios: replays the past under several scaling policies',
      memoryMebibytes: 1_769,
    });
    const replays = new ReplayStateMachine(this, 'Replays', { simulate });
    const replay = new ServiceFunction(this, 'Replay', {
      ...common,
      environment: {
        ...common.environment,
        STATE_MACHINE_ARN: replays.stateMachine.stateMachineArn,
      },
      name: 'replay',
      description: 'Helios: starts replays and answers with their reports',
      memoryMebibytes: 512,
    });
    const authorize = authentication.keys.enabled
      ? new ServiceFunction(this, 'Authorize', {
          ...common,
          // API Gateway gives up on an authorizer after 10 s.
          timeout: Duration.seconds(8),
          environment: { CATALOG_TABLE_NAME: stores.catalog.name },
          name: 'authorize',
          description: 'Helios: decides who comes in by a key',
          memoryMebibytes: 512,
        })
      : undefined;
    this.functions = [
      ingest,
      predict,
      detect,
      recommend,
      catalog,
      metrics,
      capacity,
      replay,
      simulate,
      ...(authorize ? [authorize] : []),
    ];

    if (authorize) stores.catalog.grant(authorize, 'GetItem');

    stores.observations.grant(ingest, 'BatchGetItem', 'PutItem');
    stores.catalog.grant(ingest, 'GetItem', 'UpdateItem');

    stores.observations.grant(predict, 'Query');
    stores.catalog.grant(predict, 'GetItem', 'Query');
    stores.objects.grant(predict, 'models', 'GetObject');

    stores.observations.grant(recommend, 'Query');
    // Cooldowns and what was learned of demand are written. It cannot scale anything.
    stores.catalog.grant(recommend, 'GetItem', 'UpdateItem', 'Query');
    stores.objects.grant(recommend, 'models', 'GetObject');

    stores.catalog.grant(replay, 'GetItem', 'UpdateItem', 'Query');
    stores.objects.grant(replay, 'runs', 'GetObject', 'PutObject');
    replays.grantStart(replay);

    stores.observations.grant(simulate, 'Query');
    stores.catalog.grant(simulate, 'GetItem', 'UpdateItem', 'Query');
    stores.objects.grant(simulate, 'runs', 'GetObject', 'PutObject');

    stores.observations.grant(capacity, 'Query');
    stores.catalog.grant(capacity, 'GetItem', 'Query');
    stores.objects.grant(capacity, 'models', 'GetObject');

    stores.observations.grant(detect, 'Query');
    // Feedback is written; everything else is read.
    stores.catalog.grant(detect, 'GetItem', 'UpdateItem', 'Query');
    stores.objects.grant(detect, 'detectors', 'GetObject');

    stores.observations.grant(catalog, 'Query');
    stores.catalog.grant(catalog, 'GetItem', 'UpdateItem', 'Query');
    stores.objects.grant(catalog, 'models', 'GetObject');

    stores.observations.grant(metrics, 'Query');
    stores.catalog.grant(metrics, 'GetItem', 'Query');

    this.api = new RouteApi(this, 'Api', {
      routes: ROUTES,
      authentication,
      authorize,
      functions: {
        ingest,
        predict,
        detect,
        recommend,
        catalog,
        metrics,
        capacity,
        replay,
        train: props.train,
      },
    });
    new CfnOutput(this, 'Endpoint', {
      description: 'The address of the HTTP API',
      value: this.api.api.apiEndpoint,
    });
  }
}
