import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import { HouseRules } from '#lib/checks/house-rules.ts';
import { PROJECT_ROOT } from '#lib/constructs/project.ts';
import { readConfig } from '#lib/read-config.ts';
import { createHeliosStacks } from '#lib/stacks/helios-stacks.ts';

const app = new App();
const path = z.string().min(1).optional().parse(app.node.tryGetContext('config'));
createHeliosStacks(app, readConfig(PROJECT_ROOT, path));
Validations.of(app).addPlugins(new HouseRules(), new AwsSolutionsChecks(app));
