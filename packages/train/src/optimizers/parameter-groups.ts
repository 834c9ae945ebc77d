import { A_TEXT, expectOptions, expectValue, numberIn, type OptionCheck } from '@seg/checkpoint/expect-options';

/** Factors of the schedule's learning rate and of the weight decay, for one parameter. */
export type GroupScales = { learningRate?: number; weightDecay?: number };

/** Group of parameters: those whose key a pattern finds. Plain data of a recipe. */
export type ParameterGroup = GroupScales & {
  /** Regular expression, anywhere in the checkpoint key. */
  keys: string;
};

/** Norms, biases, embeddings and queries: decay would pull them towards what they are not meant to be. */
export const WITHOUT_DECAY: readonly ParameterGroup[] = [{ keys: 'norm|bias|embed|queries', weightDecay: 0 }];

const A_LIST: OptionCheck = ['a list of groups', Array.isArray];
const GROUP = { keys: A_TEXT, learningRate: numberIn({ least: 0 }), weightDecay: numberIn({ least: 0 }) };

/**
 * Makes a lookup of a list of groups; factors of all groups that find a key multiply.
 *
 * @throws SyntaxError where a pattern is none
 */
export function groupsByKey(groups: readonly ParameterGroup[]): (key: string) => Required<GroupScales> {
  expectValue('groupsByKey', 'groups', groups, A_LIST);
  for (const group of groups) {
    expectOptions<object>('groupsByKey', group ?? null, GROUP);
    expectValue('groupsByKey', 'keys', group.keys, A_TEXT);
  }
  const compiled = groups.map((group) => ({ ...group, pattern: new RegExp(group.keys) }));
  return (key) => {
    const found = compiled.filter(({ pattern }) => pattern.test(key));
    return {
      learningRate: found.reduce((product, { learningRate = 1 }) => product * learningRate, 1),
      weightDecay: found.reduce((product, { weightDecay = 1 }) => product * weightDecay, 1),
    };
  };
}
