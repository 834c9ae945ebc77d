#!/usr/bin/env node
import { runProcess } from '../dist/process/run-process.js';

await runProcess(process.argv.slice(2));
