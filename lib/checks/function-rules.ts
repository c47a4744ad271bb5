import * as z from 'zod';
import type { Finding } from './rules.ts';
import { mentions, namesOf, type Resource, referenceOf, type Template } from './template.ts';

const LogGroupReferenceSchema = z.object({ LogGroup: z.object({ Ref: z.string() }) });

/** What a function breaks by its own properties. */
export function settingFindings(template: Template, { Properties: props }: Resource): Finding[] {
  const findings: Finding[] = [];
  // The one image is built around a library that is prebuilt for x86_64 alone.
  const architecture = props.PackageType === 'Image' ? 'x86_64' : 'arm64';
  if (JSON.stringify(props.Architectures) !== `["${architecture}"]`) {
    findings.push(['function-architecture', props.Architectures]);
  }
  const nodeVersion = Number(/^nodejs(\d+)\.x$/.exec(String(props.Runtime))?.[1]);
  if (props.PackageType !== 'Image' && !(nodeVersion >= 22)) {
    findings.push(['function-runtime', props.Runtime]);
  }
  if (typeof props.Timeout !== 'number') findings.push(['function-timeout', props.Timeout]);
  if (typeof props.MemorySize !== 'number') findings.push(['function-memory', props.MemorySize]);

  const reference = LogGroupReferenceSchema.safeParse(props.LoggingConfig);
  const logGroup = reference.success
    ? template.Resources[reference.data.LogGroup.Ref]?.Properties
    : undefined;
  if (typeof logGroup?.RetentionInDays !== 'number') {
    findings.push(['function-logs', logGroup ?? props.LoggingConfig]);
  }
  return findings;
}

/** What a function breaks by what stands around it: its role, its alarm, and where its failures go. */
export function surroundingFindings(
  template: Template,
  logicalId: string,
  others: readonly Template[],
): Finding[] {
  const findings: Finding[] = [];
  const role = template.Resources[logicalId]?.Properties.Role;
  if (!isOwnRole(template, logicalId)) findings.push(['function-role', role]);
  if (!hasErrorAlarm(template, logicalId)) findings.push(['function-alarm', undefined]);
  findings.push(...failureFindings(template, logicalId, others));
  return findings;
}

function isOwnRole(template: Template, logicalId: string): boolean {
  const roleOf = (id: string) => referenceOf(template.Resources[id]?.Properties.Role);
  const role = roleOf(logicalId);
  if (role === undefined || template.Resources[role]?.Type !== 'AWS::IAM::Role') return false;
  return Object.entries(template.Resources).every(
    ([id, { Type }]) => Type !== FUNCTION || id === logicalId || roleOf(id) !== role,
  );
}

const FUNCTION = 'AWS::Lambda::Function';

const ErrorAlarmSchema = z.object({
  Namespace: z.literal('AWS/Lambda'),
  MetricName: z.literal('Errors'),
  Dimensions: z.tuple([z.object({ Name: z.literal('FunctionName'), Value: z.unknown() })]),
  AlarmActions: z.array(z.unknown()).min(1),
  ActionsEnabled: z.literal(true).optional(),
});

function hasErrorAlarm(template: Template, logicalId: string): boolean {
  return Object.values(template.Resources).some(({ Type, Properties }) => {
    const alarm = ErrorAlarmSchema.safeParse(Properties);
    return (
      Type === 'AWS::CloudWatch::Alarm' &&
      alarm.success &&
      referenceOf(alarm.data.Dimensions[0].Value) === logicalId
    );
  });
}

/** Whoever calls through these sees the failure: a caller of the API, the run's own history, who deploys. */
const WAITING = new Set([
  'Custom::HeliosPage',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::StepFunctions::StateMachine',
]);
/** These only leave an event behind, and hear nothing of what became of it. */
const LEAVING = new Set([
  'AWS::Scheduler::Schedule',
  'AWS::Events::Rule',
  'AWS::SNS::Subscription',
  'AWS::S3::Bucket',
  'AWS::Logs::SubscriptionFilter',
]);

/** Every way in which a function is invoked must have a place where its failures are seen. */
function failureFindings(
  template: Template,
  logicalId: string,
  others: readonly Template[],
): Finding[] {
  const names = namesOf(template, logicalId);
  const callers = [template, ...others]
    .flatMap(({ Resources }) => Object.values(Resources))
    .filter(({ Properties }) => mentions(Properties, names));
  const polled = callers.filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');
  const isLeft = callers.some(({ Type }) => LEAVING.has(Type));
  const isAwaited = callers.some(({ Type }) => WAITING.has(Type));
  const keepsFailed = callers.some(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::EventInvokeConfig' && OnFailureSchema.safeParse(Properties).success,
  );

  const findings: Finding[] = polled
    .filter((mapping) => !hasRedrive(template, mapping))
    .map(({ Properties }) => [RULE, Properties.EventSourceArn]);
  if (isLeft && !keepsFailed) findings.push([RULE, 'events that are left without OnFailure']);
  if (!isLeft && !isAwaited && !keepsFailed && polled.length === 0) {
    findings.push([RULE, 'nobody who invokes it']);
  }
  return findings;
}

const RULE = 'function-failures';

const OnFailureSchema = z.object({
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.unknown() }) }),
});
const RedriveSchema = z.object({
  RedrivePolicy: z.object({ deadLetterTargetArn: z.unknown(), maxReceiveCount: z.number() }),
});

function hasRedrive(template: Template, { Properties }: Resource): boolean {
  if (OnFailureSchema.safeParse(Properties).success) return true;
  const queue = template.Resources[referenceOf(Properties.EventSourceArn) ?? ''];
  return RedriveSchema.safeParse(queue?.Properties).success;
}
