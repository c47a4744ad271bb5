import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { HEARTBEAT_DIMENSIONS } from '#contracts/http/heartbeat.ts';
import { MEASURES_NAMESPACE, type MeasureName } from '#contracts/measures.ts';

export interface HeartbeatAlarmProps {
  readonly topic: ITopic;
  /** Time between two rounds of the schedule. */
  readonly cycle: Duration;
}

const MEASURE: MeasureName = 'HeartbeatOk';

/**
 * The dead man's switch: an alarm as soon as a stage of the heartbeat is wrong, and when nothing was
 * heard for two rounds. One period as long as two rounds says both, without an alarm over one value
 * that CloudWatch was told late.
 */
export class HeartbeatAlarm extends Construct {
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: HeartbeatAlarmProps) {
    super(scope, id);
    this.alarm = new Alarm(this, 'Alarm', {
      alarmName: 'Helios-HeartbeatLost',
      metric: new Metric({
        namespace: MEASURES_NAMESPACE,
        metricName: MEASURE,
        dimensionsMap: HEARTBEAT_DIMENSIONS,
        statistic: 'Minimum',
        period: Duration.minutes(2 * props.cycle.toMinutes()),
      }),
      alarmDescription:
        'Helios, critical: the heartbeat is silent, or a stage is wrong, which GET /health names. What to do: docs/guide/operate.md, Helios-HeartbeatLost',
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.BREACHING,
    });
    this.alarm.addAlarmAction(new SnsAction(props.topic));
    this.alarm.addOkAction(new SnsAction(props.topic));
  }
}
