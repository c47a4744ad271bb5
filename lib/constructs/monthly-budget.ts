import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { COST_TAG } from './cost-tag.ts';

/**
 * What the deployment may cost in a month: tells when it has, and when at this rate it will. AWS counts
 * what carries the tag, and only once the tag is activated as a cost allocation tag of the account.
 */
export class MonthlyBudget extends Construct {
  constructor(
    scope: Construct,
    id: string,
    options: { readonly limitUsd: number; readonly topic: ITopic },
  ) {
    super(scope, id);
    const subscribers = [{ subscriptionType: 'SNS', address: options.topic.topicArn }];
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: options.limitUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${COST_TAG.key}$${COST_TAG.value}`] },
      },
      notificationsWithSubscribers: (['ACTUAL', 'FORECASTED'] as const).map((notificationType) => ({
        notification: {
          notificationType,
          comparisonOperator: 'GREATER_THAN',
          threshold: 100,
          thresholdType: 'PERCENTAGE',
        },
        subscribers,
      })),
    });
  }
}
