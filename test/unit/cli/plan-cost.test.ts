import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { costPlanOf } from '#app/cost/cost-plan-of.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { run, temporaryDirectory } from './fake-environment.ts';

const offline = {
  fetch: () => {
    throw new Error('plan-cost asks nobody');
  },
};

describe('helios plan-cost', () => {
  it('prints the lines, the total, and what it is based on', async () => {
    const { code, out } = await run(['plan-cost', '--workloads', '100'], offline);
    expect(code).toBe(0);
    const { totalUsd } = costPlanOf(HeliosConfigSchema.parse({}), { workloads: 100 });
    expect(out).toContain('us-east-1, a month of 730 hours, 100 workloads');
    expect(out).toContain(`Total: $${totalUsd.toFixed(2)} a month`);
    expect(out).toContain('No account was charged to check it.');
    expect(out).not.toContain('NaN');
  });

  it('plans a configuration, and gives programs every number', async () => {
    const workingDirectory = await temporaryDirectory();
    const text =
      'workloads:\n  - deployment: web\n    metrics:\n      cpu_utilization: { namespace: AWS/ECS, metric_name: CPUUtilization }\n';
    await writeFile(join(workingDirectory, 'helios.config.yaml'), text);
    const { code, out } = await run(['plan-cost', '-o', 'json', '--free-tier'], {
      ...offline,
      workingDirectory,
    });
    expect(code).toBe(0);
    const plan = JSON.parse(out);
    expect(plan).toMatchObject({ region: 'us-east-1', workloads: 1, free_tier_deducted: true });
    const sum = plan.lines.reduce(
      (total: number, line: { monthly_usd: number }) => total + line.monthly_usd,
      0,
    );
    expect(sum).toBeCloseTo(plan.monthly_usd, 9);
    const requested = plan.lines.find(
      ({ item }: { item: string }) => item === 'cloudwatch.get_metric_data',
    );
    // 43,800 minutes / 5, at a thousandth of a cent each.
    expect(requested).toMatchObject({ quantity: 8_760, price_as_of: expect.any(String) });
    expect(requested.monthly_usd).toBeCloseTo(0.0876, 9);
  });

  it('is Markdown where that is asked for, and refuses a wrong file with its lines', async () => {
    const markdown = await run(['plan-cost', '--workloads', '3', '-o', 'md'], offline);
    expect(markdown.out).toContain('| Service | For | Quantity |');
    const workingDirectory = await temporaryDirectory();
    await writeFile(join(workingDirectory, 'helios.config.yaml'), 'trainig: {}\n');
    const wrong = await run(['plan-cost'], { ...offline, workingDirectory });
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain(
      'helios.config.yaml:1: trainig: unknown key, did you mean training?',
    );
  });
});
