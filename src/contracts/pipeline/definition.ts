/**
 * The training pipeline in Amazon States Language (JSONata). CDK deploys this very object and the
 * local interpreter runs it; `${Name}` stands for what differs between the two: function ARNs and the
 * bucket's name.
 *
 * Payloads between states are references into the object store, never data.
 */

/** The functions of the pipeline; `${<Name>FunctionArn}` in the definition. */
export const PIPELINE_FUNCTIONS = [
  'plan',
  'validate',
  'engineer',
  'fit-statistical',
  'evaluate',
  'register',
  'finish',
] as const;
export type PipelineFunction = (typeof PIPELINE_FUNCTIONS)[number];

/** The placeholder of a function: `fit-statistical` is `FitStatisticalFunctionArn`. */
export function functionPlaceholder(name: PipelineFunction): string {
  const pascal = name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
  return `${pascal}FunctionArn`;
}

/** The placeholder of the bucket that holds manifests and stage outputs. */
export const BUCKET_PLACEHOLDER = 'BucketName';

// CDK's own list lacks TooManyRequestsException, the one that a burst of a map runs into.
const RETRY = [
  {
    ErrorEquals: [
      'Lambda.ClientExecutionTimeoutException',
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.TooManyRequestsException',
      'THROTTLED',
      'STORE_UNAVAILABLE',
    ],
    IntervalSeconds: 2,
    MaxAttempts: 6,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
];

const ITEM = '{% $states.input %}';

function invoke(name: PipelineFunction, payload: unknown) {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: `\${${functionPlaceholder(name)}}`, Payload: payload },
    Output: '{% $states.result.Payload %}',
    Retry: RETRY,
  };
}

/** A stage of one workload: whatever goes wrong is recorded for this workload and stops only it. */
function stage(name: PipelineFunction, next: string) {
  return {
    ...invoke(name, ITEM),
    Assign: { item: '{% $states.result.Payload %}' },
    Catch: [
      {
        ErrorEquals: ['States.ALL'],
        Output: {
          run_id: '{% $item.run_id %}',
          workload: '{% $item.workload %}',
          error: '{% $states.errorOutput.Error %}',
          cause: '{% $states.errorOutput.Cause %}',
        },
        Next: 'RecordFailure',
      },
    ],
    Next: next,
  };
}

const WORKLOAD = {
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: 'Remember',
  States: {
    Remember: { Type: 'Pass', Assign: { item: ITEM }, Next: 'Validate' },
    Validate: stage('validate', 'IsTrainable'),
    IsTrainable: {
      Type: 'Choice',
      Choices: [{ Condition: "{% $states.input.decision = 'train' %}", Next: 'Engineer' }],
      Default: 'Refused',
    },
    Engineer: stage('engineer', 'FitStatistical'),
    FitStatistical: stage('fit-statistical', 'Evaluate'),
    Evaluate: stage('evaluate', 'Register'),
    Register: stage('register', 'Trained'),
    Trained: { Type: 'Pass', Output: 'trained', End: true },
    Refused: { Type: 'Pass', Output: 'refused', End: true },
    RecordFailure: { ...invoke('finish', ITEM), Output: 'failed', End: true },
  },
};

export const TRAINING_PIPELINE = {
  Comment:
    'Helios training: plan, then validate, engineer, fit, evaluate and register each workload',
  QueryLanguage: 'JSONata',
  StartAt: 'Plan',
  TimeoutSeconds: 21_600,
  States: {
    Plan: {
      ...invoke('plan', {
        run_id: '{% $states.context.Execution.Name %}',
        request: '{% $states.input %}',
      }),
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Output: {
            run_id: '{% $states.context.Execution.Name %}',
            error: '{% $states.errorOutput.Error %}',
            cause: '{% $states.errorOutput.Cause %}',
          },
          Next: 'RecordRunFailure',
        },
      ],
      Next: 'TrainWorkloads',
    },
    TrainWorkloads: {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Arguments: { Bucket: `\${${BUCKET_PLACEHOLDER}}`, Key: '{% $states.input.manifest_key %}' },
      },
      ItemSelector: {
        run_id: '{% $states.input.run_id %}',
        workload: '{% $states.context.Map.Item.Value.workload %}',
      },
      MaxConcurrency: 40,
      ToleratedFailurePercentage: 10,
      ItemProcessor: WORKLOAD,
      Output: { run_id: '{% $states.input.run_id %}' },
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Output: {
            run_id: '{% $states.context.Execution.Name %}',
            error: '{% $states.errorOutput.Error %}',
            cause: '{% $states.errorOutput.Cause %}',
          },
          Next: 'RecordRunFailure',
        },
      ],
      Next: 'Finish',
    },
    Finish: { ...invoke('finish', '{% $states.input %}'), End: true },
    RecordRunFailure: { ...invoke('finish', '{% $states.input %}'), Next: 'RunFailed' },
    RunFailed: { Type: 'Fail', Error: 'RunFailed', Cause: 'see the run in the catalog' },
  },
};
