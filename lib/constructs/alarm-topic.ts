import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { NotificationsConfig, Severity } from '#contracts/config/notifications.ts';
import { storageSettingsOf } from './storage-settings.ts';

export interface AlarmTopicProps {
  readonly severity: Severity;
  readonly notifications: NotificationsConfig;
}

/**
 * Where the alarms of one severity go. Two topics and not one with filters: CloudWatch and Budgets send
 * mail as plain text, in which no subscription could filter by severity.
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    const { key } = storageSettingsOf(this);
    this.topic = new Topic(this, 'Topic', {
      displayName: props.severity === 'critical' ? 'Helios alarms' : 'Helios warnings',
      enforceSSL: true,
      ...(key && { masterKey: key }),
    });
    // A topic with a policy of its own loses the default one, by which alarms may publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAlarmsOfThisAccount',
        actions: ['sns:Publish'],
        principals: [
          new ServicePrincipal('cloudwatch.amazonaws.com'),
          ...(props.severity === 'warning' ? [new ServicePrincipal('budgets.amazonaws.com')] : []),
        ],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    const isTold = (least: Severity) => least === 'warning' || props.severity === 'critical';
    for (const { address, severity } of props.notifications.email) {
      if (isTold(severity)) this.topic.addSubscription(new EmailSubscription(address));
    }
    for (const { url, severity } of props.notifications.https) {
      if (!isTold(severity)) continue;
      const protocol = SubscriptionProtocol.HTTPS;
      this.topic.addSubscription(new UrlSubscription(url, { protocol }));
    }
  }
}
