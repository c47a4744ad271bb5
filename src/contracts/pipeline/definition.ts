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

/**
 * Workloads of one child execution. The run of a fleet then starts a tenth of the executions, against
 * Step Functions' quota of starts, and a child still stays far below the 25,000 events of a history:
 * a workload takes about 80, and 8 more each time its recurrent training goes on.
 */
const WORKLOADS_PER_BATCH = 10;
/** Batches, and workloads of a batch, at a time: 40 functions of each stage at most. */
const BATCHES_AT_ONCE = 8;
const WORKLOADS_AT_ONCE = 5;
/** Workloads whose training is under way at a time. */
export const WORKLOADS_IN_TRAINING = BATCHES_AT_ONCE * WORKLOADS_AT_ONCE;

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

/** How a workload ended, for the results of the map; the catalog has the rest. */
function ended(outcome: string) {
  return {
    Type: 'Pass',
    Output: { workload: '{% $item.workload %}', outcome },
    End: true,
  };
}

const WORKLOAD = {
  ProcessorConfig: { Mode: 'INLINE' },
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
    Trained: ended('trained'),
    Refused: ended('refused'),
    RecordFailure: {
      ...invoke('finish', ITEM),
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Unrecorded' }],
      Next: 'Failed',
    },
    Failed: ended('failed'),
    Unrecorded: ended('unrecorded'),
  },
};

/**
 * What one child execution does. It fails only after all of its workloads have ended, when the
 * failure of one could not be written down: then `finish` names them from the map's results.
 */
const BATCH = {
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: 'TrainBatch',
  States: {
    TrainBatch: {
      Type: 'Map',
      Items: '{% [$states.input.Items] %}',
      MaxConcurrency: WORKLOADS_AT_ONCE,
      ItemProcessor: WORKLOAD,
      Next: 'IsRecorded',
    },
    IsRecorded: {
      Type: 'Choice',
      Choices: [
        { Condition: "{% 'unrecorded' in $states.input.outcome %}", Next: 'BatchUnrecorded' },
      ],
      Default: 'BatchEnded',
    },
    BatchEnded: { Type: 'Succeed' },
    BatchUnrecorded: {
      Type: 'Fail',
      Error: 'Unrecorded',
      Cause: 'a workload of this batch failed, and the failure could not be written',
    },
  },
};

/** The run as a whole cannot go on: its record is closed with the error. */
const RECORD_RUN_FAILURE = [
  {
    ErrorEquals: ['States.ALL'],
    Output: {
      run_id: '{% $states.context.Execution.Name %}',
      error: '{% $states.errorOutput.Error %}',
      cause: '{% $states.errorOutput.Cause %}',
    },
    Next: 'RecordRunFailure',
  },
];

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
      Catch: RECORD_RUN_FAILURE,
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
      ItemBatcher: { MaxItemsPerBatch: WORKLOADS_PER_BATCH },
      MaxConcurrency: BATCHES_AT_ONCE,
      // A batch fails only when the catalog could not be written for minutes: a few of those are named
      // at the end, but when most fail there is no point in going on.
      ToleratedFailurePercentage: 50,
      ItemProcessor: BATCH,
      // Without it the ends of 10,000 workloads would have to fit into one payload of 256 kB.
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Arguments: {
          Bucket: `\${${BUCKET_PLACEHOLDER}}`,
          Prefix: "{% 'runs/' & $states.input.run_id & '/results' %}",
        },
      },
      // A map of nothing may write nothing: JSONata then leaves the key out.
      Output:
        "{% {'run_id': $states.input.run_id, 'results_key': $states.result.ResultWriterDetails.Key} %}",
      Catch: RECORD_RUN_FAILURE,
      Next: 'Finish',
    },
    Finish: {
      ...invoke('finish', '{% $states.input %}'),
      Catch: RECORD_RUN_FAILURE,
      End: true,
    },
    RecordRunFailure: { ...invoke('finish', '{% $states.input %}'), Next: 'RunFailed' },
    RunFailed: { Type: 'Fail', Error: 'RunFailed', Cause: 'see the run in the catalog' },
  },
};
