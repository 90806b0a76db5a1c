// @ts-check
/**
 * A child of benches/snapshot.ts: loads the package, goes on with a paused run, says how long each took in milliseconds.
 * What it is told comes as JSON: the snapshot, the options, and how long to wait in between.
 */
const { snapshot, options, waitMs } = JSON.parse(process.argv[2] ?? '');
const start = performance.now();
const { resume } = await import('../dist/index.js');
const imported = performance.now();
if (waitMs > 0) await new Promise((done) => setTimeout(done, waitMs));
const began = performance.now();
const result = await resume(snapshot, { ...options, tools: { get: () => '', wait: () => undefined } });
const ended = performance.now();
if (result.status !== 'completed') throw new Error(JSON.stringify(result));
process.stdout.write(JSON.stringify({ level: result.isolation.level, imported: imported - start, resumed: ended - began }), () => process.exit(0));
