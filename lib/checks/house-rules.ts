import { readFileSync } from 'node:fs';
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
} from 'aws-cdk-lib';
import { findViolations, parseTemplate, RULES } from './rules.ts';

/**
 * Makes `cdk synth` fail when a template breaks a rule that every function and every permission of
 * Helios keeps (`RULES`). Reads the finished templates, so no construct can slip past it.
 */
export class HouseRules implements IPolicyValidationPlugin {
  readonly name = 'helios-house-rules';
  readonly ruleIds: string[] = Object.keys(RULES);

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const violations = context.templatePaths.flatMap((templatePath) =>
      findViolations(parseTemplate(readFileSync(templatePath, 'utf8'))).map(
        ({ rule, logicalId, found }) => ({
          ruleName: rule,
          description: `${RULES[rule]}; found ${found}`,
          severity: 'error',
          violatingResources: [
            { resourceLogicalId: logicalId, templatePath, locations: ['Properties'] },
          ],
        }),
      ),
    );
    return { success: violations.length === 0, violations };
  }
}
