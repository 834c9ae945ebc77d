// Writes docs/foreign-configs.md from the tables of @seg/models: node scripts/write-foreign-configs.mjs, after a build.
import { writeFileSync } from 'node:fs';
import { foreignConfigsPage } from '@seg/models/foreign-configs';

writeFileSync(new URL('../docs/foreign-configs.md', import.meta.url), foreignConfigsPage());
