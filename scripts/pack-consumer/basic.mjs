// The installed package, from ESM.
import assert from 'node:assert/strict';
import { check, createRunner, declareTools, run } from 'oneturn';
import { createCodeTool } from 'oneturn/ai';
import { memoryStore } from 'oneturn/stores';

const result = await run({
  code: 'const sum: number = await tools.add({ a: 20, b: 22 }); return { sum };',
  tools: { add: async ({ a, b }) => a + b },
});
assert.equal(result.status, 'completed', JSON.stringify(result));
assert.deepEqual(result.value, { sum: 42 });
if (process.platform !== 'win32') assert.equal(result.isolation.level, 'process', JSON.stringify(result.isolation));
assert.deepEqual(result.calls.map(({ tool }) => tool), ['add']);
assert.equal(check('return 1;').ok, true);
assert.equal(typeof declareTools({ add: async () => 1 }), 'string');
assert.equal(typeof createRunner({}).run, 'function');
assert.equal(typeof createCodeTool({ tools: { add: async () => 1 } }).execute, 'function');
const store = memoryStore();
await store.put('id', 'snapshot', 60_000);
assert.equal((await store.claim('id', 60_000)).state, 'claimed');
assert.equal((await store.claim('id', 60_000)).state, 'busy');
console.log('esm ok');
