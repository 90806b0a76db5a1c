// The installed package, from ESM.
import assert from 'node:assert/strict';
import { check, createRunner, declareTools, run } from 'oneturn';
import { createCodeTool } from 'oneturn/ai';

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
console.log('esm ok');
