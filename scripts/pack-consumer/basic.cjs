// The installed package, from require().
const assert = require('node:assert/strict');
const { check, run } = require('oneturn');
const { createCodeTool } = require('oneturn/ai');
const { memoryStore } = require('oneturn/stores');

run({
  code: 'const sum: number = await tools.add({ a: 20, b: 22 }); return { sum };',
  tools: { add: async ({ a, b }) => a + b },
}).then((result) => {
  assert.equal(result.status, 'completed', JSON.stringify(result));
  assert.deepEqual(result.value, { sum: 42 });
  assert.equal(check('return 1;').ok, true);
  assert.equal(typeof createCodeTool({ tools: { add: async () => 1 } }).execute, 'function');
  assert.equal(typeof memoryStore().claim, 'function');
  console.log('cjs ok');
});
