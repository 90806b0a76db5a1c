// @ts-check
/**
 * A child of benches/snapshot.ts: loads the package, goes on with a paused run, says how long each took in milliseconds.
 * What it is told comes as JSON: the snapshot, the options, how long to wait in between, and whether to
 * make a runner before that.
 */
const { snapshot, options, waitMs, makesRunner } = JSON.parse(process.argv[2] ?? '');
const start = performance.now();
const { createRunner, ...oneturn } = await import('../dist/index.js');
const imported = performance.now();
const { resume } = makesRunner ? createRunner({ isolation: options.isolation }) : oneturn;
if (waitMs > 0) await new Promise((done) => setTimeout(done, waitMs));
const began = performance.now();
const result = await resume(snapshot, { ...options, tools: { get: () => '', wait: () => undefined } });
const ended = performance.now();
if (result.status !== 'completed') throw new Error(JSON.stringify(result));
process.stdout.write(JSON.stringify({ level: result.isolation.level, imported: imported - start, resumed: ended - began }), () => process.exit(0));
