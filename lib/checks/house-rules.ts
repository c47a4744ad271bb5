import { readFileSync } from 'node:fs';
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
} from 'aws-cdk-lib';
import { findViolations, RULES } from './rules.ts';
import { parseTemplate } from './template.ts';

/**
 * Makes `cdk synth` fail when a template breaks a rule that every function and every permission of
 * Helios keeps (`RULES`). Reads the finished templates, so no construct can slip past it.
 */
export class HouseRules implements IPolicyValidationPlugin {
  readonly name = 'helios-house-rules';
  readonly ruleIds: string[] = Object.keys(RULES);

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const templates = new Map(
      context.templatePaths.map((path) => [path, parseTemplate(readFileSync(path, 'utf8'))]),
    );
    const violations = [...templates].flatMap(([templatePath, template]) =>
      findViolations(template, [...templates.values()]).map(({ rule, logicalId, found }) => ({
        ruleName: rule,
        description: `${RULES[rule]}; found ${found}`,
        severity: 'error',
        violatingResources: [
          { resourceLogicalId: logicalId, templatePath, locations: ['Properties'] },
        ],
      })),
    );
    return { success: violations.length === 0, violations };
  }
}
