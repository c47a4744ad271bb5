import { describe, expect, it } from '@jest/globals';
import { functionPlaceholder } from '#contracts/pipeline/definition.ts';
import { REPLAY_FUNCTIONS, REPLAY_PIPELINE } from '#contracts/pipeline/replay-definition.ts';
import { list, synthesise } from './synthesise.ts';

const helios = synthesise();
const [[, machine] = []] = helios.ofType('HeliosApi', 'AWS::StepFunctions::StateMachine');

describe('the state machine of replays', () => {
  it('is the definition that the local process interprets', () => {
    expect(JSON.parse(machine?.Properties.DefinitionString)).toEqual(REPLAY_PIPELINE);
  });

  it('has its placeholders bound to its functions', () => {
    expect(helios.resolve('HeliosApi', machine?.Properties.DefinitionSubstitutions)).toEqual(
      Object.fromEntries(
        REPLAY_FUNCTIONS.map((name) => [
          functionPlaceholder(name),
          'HeliosApi/Simulate/Function.Arn',
        ]),
      ),
    );
  });

  it('may invoke the simulation and nothing else, for this account alone', () => {
    const roleId = machine?.Properties.RoleArn['Fn::GetAtt'][0];
    const statements = helios
      .ofType('HeliosApi', 'AWS::IAM::Policy')
      .filter(([, { Properties }]) =>
        Properties.Roles.some((role: { Ref: string }) => role.Ref === roleId),
      )
      .flatMap(([, { Properties }]) => list(Properties.PolicyDocument.Statement));
    expect(statements.map((each) => helios.resolve('HeliosApi', each))).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        Effect: 'Allow',
        Resource: 'HeliosApi/Simulate/Function.Arn',
      },
    ]);
    const [trust] = list(
      helios.resources('HeliosApi')[roleId]?.Properties.AssumeRolePolicyDocument.Statement,
    );
    expect(helios.resolve('HeliosApi', trust)).toMatchObject({
      Principal: { Service: 'states.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': 'ACCOUNT' } },
    });
  });
});
