import { checkBodies, random } from '../../../test/kernel-checks.ts';
import { sumRows, sumRowsReference } from './sum-rows.ts';

checkBodies([
  {
    title: 'sumRows',
    run: () => {
      const x = random([701, 7], 1);
      return { fast: [sumRows(x, 7)], plain: [sumRowsReference({ x }, { channels: 7 })] };
    },
    tolerance: 2e-5,
  },
]);
