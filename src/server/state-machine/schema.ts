import * as z from 'zod';

/**
 * The part of the Amazon States Language that the local interpreter runs, in JSONata mode. Every
 * object is strict: a field that is not here would be obeyed on AWS and ignored locally, so it is
 * refused instead.
 *
 * @see https://states-language.net
 */

const StateNameSchema = z.string().min(1).max(80);
const JsonSchema = z.json();
const AssignSchema = z.record(
  z.string().regex(/^(?!states$)[A-Za-z_][A-Za-z0-9_]{0,79}$/, 'not the name of a variable'),
  JsonSchema,
);

/** A string that is an expression as a whole. */
const ExpressionSchema = z.string().regex(/^\{%[\s\S]*%\}$/, 'must be a {% expression %}');

function orExpression<T extends z.ZodType>(schema: T) {
  return z.union([schema, ExpressionSchema]);
}

const seconds = () => z.int().min(1).max(99_999_999);
const ErrorEqualsSchema = z
  .array(z.string().min(1))
  .min(1)
  .refine((names) => names.length === 1 || !names.includes('States.ALL'), {
    error: 'States.ALL stands alone',
  });

const RetrierSchema = z.strictObject({
  ErrorEquals: ErrorEqualsSchema,
  IntervalSeconds: seconds().default(1),
  MaxAttempts: z.int().min(0).max(99_999_999).default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: seconds().optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
  Comment: z.string().optional(),
});
/** How often and how soon a state is tried again. */
export type Retrier = z.infer<typeof RetrierSchema>;

const CatcherSchema = z.strictObject({
  ErrorEquals: ErrorEqualsSchema,
  Next: StateNameSchema,
  Output: JsonSchema.optional(),
  Assign: AssignSchema.optional(),
  Comment: z.string().optional(),
});
/** Where a failed state goes on. */
export type Catcher = z.infer<typeof CatcherSchema>;

const common = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONata').optional() };
const output = { Output: JsonSchema.optional() };
const assign = { Assign: AssignSchema.optional() };
const transition = { Next: StateNameSchema.optional(), End: z.literal(true).optional() };
const recovery = {
  Retry: lastIsAll(z.array(RetrierSchema)).default([]),
  Catch: lastIsAll(z.array(CatcherSchema)).default([]),
};

function lastIsAll<T extends { ErrorEquals: string[] }>(schema: z.ZodType<T[]>) {
  return schema.refine(
    (rules) =>
      rules.every((rule, i) => i === rules.length - 1 || !rule.ErrorEquals.includes('States.ALL')),
    { error: 'a rule for States.ALL comes last' },
  );
}

/** The states of one level, by name. */
export interface States {
  readonly [name: string]: State;
}

// The annotation cuts the circle of states that hold states.
const StatesSchema: z.ZodType<States> = z.lazy(() => z.record(StateNameSchema, StateSchema));

const BranchSchema = z.strictObject({
  Comment: z.string().optional(),
  StartAt: StateNameSchema,
  States: StatesSchema,
});

const ProcessorSchema = z.strictObject({
  Comment: z.string().optional(),
  ProcessorConfig: z
    .discriminatedUnion('Mode', [
      z.strictObject({ Mode: z.literal('INLINE') }),
      z.strictObject({
        Mode: z.literal('DISTRIBUTED'),
        ExecutionType: z.enum(['STANDARD', 'EXPRESS']),
      }),
    ])
    .default({ Mode: 'INLINE' }),
  StartAt: StateNameSchema,
  States: StatesSchema,
});

const PassSchema = z.strictObject({
  Type: z.literal('Pass'),
  ...common,
  ...output,
  ...assign,
  ...transition,
});

const TaskSchema = z.strictObject({
  Type: z.literal('Task'),
  ...common,
  Resource: z.string().min(1),
  Arguments: JsonSchema.optional(),
  TimeoutSeconds: orExpression(seconds()).optional(),
  ...output,
  ...assign,
  ...transition,
  ...recovery,
});

const ChoiceSchema = z.strictObject({
  Type: z.literal('Choice'),
  ...common,
  Choices: z
    .array(
      z.strictObject({
        Condition: orExpression(z.boolean()),
        Next: StateNameSchema,
        Comment: z.string().optional(),
        ...output,
        ...assign,
      }),
    )
    .min(1),
  Default: StateNameSchema.optional(),
  ...output,
  ...assign,
});

const WaitSchema = z.strictObject({
  Type: z.literal('Wait'),
  ...common,
  Seconds: orExpression(z.int().min(0).max(99_999_999)),
  ...output,
  ...assign,
  ...transition,
});

const SucceedSchema = z.strictObject({ Type: z.literal('Succeed'), ...common, ...output });

const FailSchema = z.strictObject({
  Type: z.literal('Fail'),
  ...common,
  Error: z.string().min(1),
  Cause: z.string().default(''),
});

const ParallelSchema = z.strictObject({
  Type: z.literal('Parallel'),
  ...common,
  Branches: z.array(BranchSchema).min(1),
  Arguments: JsonSchema.optional(),
  ...output,
  ...assign,
  ...transition,
  ...recovery,
});

const MapSchema = z.strictObject({
  Type: z.literal('Map'),
  ...common,
  Items: z.union([z.array(JsonSchema), ExpressionSchema]).optional(),
  ItemReader: z
    .strictObject({
      Resource: z.string().regex(/^arn:[\w-]+:states:::s3:getObject$/),
      ReaderConfig: z.strictObject({ InputType: z.literal('JSON') }),
      Arguments: z.strictObject({ Bucket: z.string().min(1), Key: z.string().min(1) }),
    })
    .optional(),
  ItemSelector: JsonSchema.optional(),
  ItemBatcher: z
    .strictObject({
      MaxItemsPerBatch: orExpression(z.int().min(1)),
      BatchInput: JsonSchema.optional(),
    })
    .optional(),
  ResultWriter: z
    .strictObject({
      Resource: z.string().regex(/^arn:[\w-]+:states:::s3:putObject$/),
      Arguments: z.strictObject({ Bucket: z.string().min(1), Prefix: z.string().min(1) }),
    })
    .optional(),
  MaxConcurrency: orExpression(z.int().min(0)).default(0),
  ToleratedFailurePercentage: orExpression(z.number().min(0).max(100)).optional(),
  ToleratedFailureCount: orExpression(z.int().min(0)).optional(),
  Label: z.string().min(1).max(40).optional(),
  ItemProcessor: ProcessorSchema,
  ...output,
  ...assign,
  ...transition,
  ...recovery,
});

const StateSchema = z.discriminatedUnion('Type', [
  PassSchema,
  TaskSchema,
  ChoiceSchema,
  WaitSchema,
  SucceedSchema,
  FailSchema,
  ParallelSchema,
  MapSchema,
]);

/** The schema of a whole state machine. */
export const StateMachineSchema = z.strictObject({
  Comment: z.string().optional(),
  QueryLanguage: z.literal('JSONata'),
  Version: z.literal('1.0').optional(),
  StartAt: StateNameSchema,
  States: StatesSchema,
  TimeoutSeconds: seconds().optional(),
});

export type PassState = z.infer<typeof PassSchema>;
export type TaskState = z.infer<typeof TaskSchema>;
export type ChoiceState = z.infer<typeof ChoiceSchema>;
export type WaitState = z.infer<typeof WaitSchema>;
export type SucceedState = z.infer<typeof SucceedSchema>;
export type FailState = z.infer<typeof FailSchema>;
export type ParallelState = z.infer<typeof ParallelSchema>;
export type MapState = z.infer<typeof MapSchema>;

/** Any state of the subset. */
export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

/** States with a start: a state machine, a branch, or what a Map runs for each item. */
export interface Flow {
  readonly StartAt: string;
  readonly States: States;
}

/** A definition that `parseDefinition` accepted. */
export type StateMachine = z.infer<typeof StateMachineSchema>;
