import { checkBodies, random } from '../../../test/kernel-checks.ts';
import { mix, mixReference } from './mix.ts';

checkBodies([
  {
    title: 'mix',
    run: () => {
      const [from, to] = [random([7, 19], 1), random([7, 19], 2)];
      return {
        fast: [mix(from, to, 0.3), mix(from, to, 0.3, 2)],
        plain: [1, 2].map((scale) => mixReference({ from, to }, { part: 0.3, scale })),
      };
    },
  },
]);
