import { segmentOnce } from './segment.js';

console.log(JSON.stringify(await segmentOnce(process.argv[2])));
process.exit(0);
