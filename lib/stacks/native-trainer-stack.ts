import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { withNativeTrainerImage } from '../constructs/native-trainer-image.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { type Stores, storeEnvironment } from '../constructs/stores.ts';
import { trainingEnvironment } from '../constructs/training-environment.ts';

export interface NativeTrainerStackProps extends StackProps {
  readonly stores: Stores;
  readonly alarmTopic: ITopic;
  readonly config: HeliosConfig;
}

/**
 * The task `fit-recurrent` as a container image with libtensorflow, in place of the kernels on one
 * thread (docs/adr/0022-own-kernels.md). Off unless `training.native_image` says otherwise: deploying it
 * takes Docker. The pipeline uses and grants it in place of its own function.
 */
export class NativeTrainerStack extends Stack {
  readonly fitRecurrent: ServiceFunction;

  constructor(scope: Construct, id: string, props: NativeTrainerStackProps) {
    super(scope, id, { description: 'Helios: recurrent training in a container image', ...props });
    this.fitRecurrent = withNativeTrainerImage(
      this,
      (image) =>
        new ServiceFunction(this, 'FitRecurrent', {
          name: 'fit-recurrent',
          description: 'Helios pipeline: Fits the recurrent networks with libtensorflow',
          timeout: Duration.seconds(900),
          memoryMebibytes: 3_008,
          environment: { ...storeEnvironment(props.stores), ...trainingEnvironment(props.config) },
          alarmTopic: props.alarmTopic,
          image,
        }),
    );
  }
}
