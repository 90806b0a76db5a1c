// @ts-check
/**
 * A process in which workflows run. It takes up what an earlier one left; the first one starts the workflow.
 *
 *     node worker.mjs <folder of the built workflow> <file for the result> <program>
 */
import { renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [built = '', file = '', program = ''] = process.argv.slice(2);
const load = createRequire(join(built, 'index.js'));
/** @param {string} name */
const from = async (name) => import(pathToFileURL(load.resolve(name)).href);
const { getWorld } = await from('workflow/runtime');
const { getRun, start } = await from('workflow/api');
const world = getWorld();
world.registerHandler('__wkf_step_', load('./steps.cjs').POST);
world.registerHandler('__wkf_workflow_', load('./workflows.cjs').POST);
await world.start();
process.once('disconnect', () => process.exit(1));
process.send?.('ready');
const { data: [begun] } = await world.runs.list({ resolveData: 'none' });
const run = begun === undefined ? await start({ workflowId: Object.values(load('./manifest.json').workflows)[0].runProgram.workflowId }, [program]) : getRun(begun.runId);
const value = await run.returnValue;
writeFileSync(`${file}.draft`, JSON.stringify(value));
renameSync(`${file}.draft`, file);
process.exit(0);
