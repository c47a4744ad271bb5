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
  'fit-boosting',
  'fit-recurrent',
  'fit-detectors',
  'evaluate',
  'register',
  'finish',
] as const;
export type PipelineFunction = (typeof PIPELINE_FUNCTIONS)[number];

/** The placeholder of a function: `fit-statistical` is `FitStatisticalFunctionArn`. */
export function functionPlaceholder(name: string): string {
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

/** A task that calls a function, again where that may help. */
export function invoke(name: string, payload: unknown) {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: `\${${functionPlaceholder(name)}}`, Payload: payload },
    Output: '{% $states.result.Payload %}',
    Retry: RETRY,
  };
}

/** Whatever goes wrong is recorded for this workload and stops only it. */
const RECORD_FAILURE = [
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
];

/** A stage of one workload. */
function stage(name: PipelineFunction, next: string) {
  return {
    ...invoke(name, ITEM),
    Assign: { item: '{% $states.result.Payload %}' },
    Catch: RECORD_FAILURE,
    Next: next,
  };
}

/** A branch of the fit that a workload can do without: its failure is handed on by name. */
function optionalBranch(name: PipelineFunction, next: string) {
  return [
    {
      ErrorEquals: ['States.ALL'],
      Output: {
        branch: name,
        error: '{% $states.errorOutput.Error %}',
        cause: '{% $states.errorOutput.Cause %}',
      },
      Next: next,
    },
  ];
}

const ENDED = { Type: 'Pass', End: true };

/**
 * The members and the detectors, side by side. The recurrent branch is called again for as long as it
 * stops at a checkpoint, so that its training may outlast one call.
 */
const FIT = {
  Type: 'Parallel',
  Branches: [
    {
      StartAt: 'FitStatistical',
      States: { FitStatistical: { ...invoke('fit-statistical', ITEM), End: true } },
    },
    {
      StartAt: 'FitBoosting',
      States: {
        FitBoosting: {
          ...invoke('fit-boosting', ITEM),
          Catch: optionalBranch('fit-boosting', 'BoostingEnded'),
          End: true,
        },
        BoostingEnded: ENDED,
      },
    },
    {
      StartAt: 'FitRecurrent',
      States: {
        FitRecurrent: {
          ...invoke('fit-recurrent', ITEM),
          Catch: optionalBranch('fit-recurrent', 'RecurrentEnded'),
          Next: 'IsConverged',
        },
        IsConverged: {
          Type: 'Choice',
          Choices: [
            { Condition: "{% $states.input.recurrent_state = 'running' %}", Next: 'FitRecurrent' },
          ],
          Default: 'RecurrentEnded',
        },
        RecurrentEnded: ENDED,
      },
    },
    {
      StartAt: 'FitDetectors',
      States: {
        FitDetectors: {
          ...invoke('fit-detectors', ITEM),
          Catch: optionalBranch('fit-detectors', 'DetectorsEnded'),
          End: true,
        },
        DetectorsEnded: ENDED,
      },
    },
  ],
  Output:
    "{% $merge([$states.result[0], {'boosted': $states.result[1].boosted, 'recurrent': $states.result[2].recurrent, 'detectors': $states.result[3].detectors, 'branch_failures': [$states.result[$exists(branch)]]}]) %}",
  Catch: RECORD_FAILURE,
  Next: 'Evaluate',
};

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
    Engineer: stage('engineer', 'Fit'),
    Fit: FIT,
    Evaluate: stage('evaluate', 'Register'),
    Register: stage('register', 'Trained'),
    Trained: { Type: 'Pass', Output: 'trained', End: true },
    Refused: { Type: 'Pass', Output: 'refused', End: true },
    RecordFailure: { ...invoke('finish', ITEM), Output: 'failed', End: true },
  },
};

export const TRAINING_PIPELINE = {
  Comment:
    'Helios training: plan, shared models, then validate, engineer, fit, evaluate and register each workload',
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
      Next: 'TrainPools',
    },
    // Without a pool its members are left out by name: no reason to train nothing.
    TrainPools: {
      ...invoke('fit-boosting', '{% $states.input %}'),
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Output: '{% $states.input %}',
          Next: 'TrainWorkloads',
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
