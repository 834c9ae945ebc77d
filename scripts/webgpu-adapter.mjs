// Prints the adapter that WebGPU has here: `node scripts/webgpu-adapter.mjs`, after a build.
import { useBackend } from '@seg/core';

const { description } = await useBackend('webgpu');
console.log(description);
process.exit(0); // the device would keep it
